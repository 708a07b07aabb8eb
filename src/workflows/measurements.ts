import { metricMeter } from '@temporalio/workflow';

import type { LegEvent } from '../leg/leg-state';

import type { DecisionCore } from './conversation';
import type { Leg } from './leg';

/**
 * What an operator of calls counts, as metrics of the worker. Recorded once for each leg: a replay records nothing.
 * No metric has an id, a number or a variable among its labels.
 */

/** Records how long the asker waited for a number, in seconds. */
export function measureNumber({ request }: Leg, event: LegEvent | undefined): void {
  if (event?.type === 'numberAssigned') recordNumber(request.requestedAt, 'DIAL');
}

/** Counts a decision, and records how long the phone system waited for it after the hangup, in seconds. */
export function measureDecision({ request, state }: Leg, { outcome, fallback, reason }: DecisionCore): void {
  metricMeter.createCounter('call_transfer_decisions', '1', 'Routing decisions').add(1, {
    outcome,
    fallback,
    reason: reason ?? 'none',
    leg: request.legNumber > 1 ? 'reconnection' : 'first',
  });
  if (state.number === null) recordNumber(request.requestedAt, 'ROUTE');
  if (state.disconnect === null) return;
  metricMeter
    .createHistogram(
      'call_transfer_decision_seconds',
      'float',
      's',
      'From the report of a disconnect to the decision',
    )
    .record(secondsSince(state.disconnect.at), { outcome });
}

const recordNumber = (requestedAt: number, result: 'DIAL' | 'ROUTE') => {
  metricMeter
    .createHistogram(
      'call_transfer_number_seconds',
      'float',
      's',
      'From the request of a number to the answer',
    )
    .record(secondsSince(requestedAt), { result });
};

const secondsSince = (instant: number): number => Math.max(0, Date.now() - instant) / 1000;

import { metricMeter } from '@temporalio/workflow';

import type { DecisionCore, LegRecord } from '../conversation/conversation-state';

/**
 * What an operator of calls counts, as metrics of the worker. Recorded once for each leg: a replay records nothing.
 * No metric has an id, a number or a variable among its labels.
 */

/** Records how long call control waited for the answer to a request, in seconds. */
export const measureNumber = (requestedAt: number, result: 'DIAL' | 'ROUTE'): void => {
  metricMeter
    .createHistogram(
      'call_transfer_number_seconds',
      'float',
      's',
      'From the request of a number to the answer',
    )
    .record(secondsSince(requestedAt), { result });
};

/** Counts a decision, and records how long the phone system waited for it after the hangup, in seconds. */
export function measureDecision({ request, state }: LegRecord, decision: DecisionCore): void {
  const { outcome, fallback, reason } = decision;
  metricMeter.createCounter('call_transfer_decisions', '1', 'Routing decisions').add(1, {
    outcome,
    fallback,
    reason: reason ?? 'none',
    leg: request.legNumber > 1 ? 'reconnection' : 'first',
  });
  if (state.assigned === null) measureNumber(request.requestedAt, 'ROUTE');
  if (state.disconnect === null) return;
  metricMeter
    .createHistogram(
      'call_transfer_decision_seconds',
      'float',
      's',
      'From the report of a disconnect to the decision',
    )
    .record(secondsSince(state.disconnect.reportedAt), { outcome });
}

const secondsSince = (instant: number): number => Math.max(0, Date.now() - instant) / 1000;

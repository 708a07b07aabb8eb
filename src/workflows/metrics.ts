import { metricMeter } from '@temporalio/workflow';

import type { DecisionCore, LegRecord } from '../conversation/conversation-state';

/**
 * What an operator of calls counts, as metrics of the worker. Recorded once for each leg: a replay records nothing.
 * No metric has an id, a number or a variable among its labels.
 */

/** Records how long call control waited for the answer to a request. */
export const measureNumber = (requestedAt: number, result: 'DIAL' | 'ROUTE'): void => {
  measureSince(requestedAt, 'number', 'From the request of a number to the answer', { result });
};

/** Counts a decision, and records how long the phone system waited for it after the hangup. */
export function measureDecision({ request, state }: LegRecord, decision: DecisionCore): void {
  const { outcome, fallback, reason } = decision;
  const leg = request.legNumber > 1 ? 'reconnection' : 'first';
  const decisions = metricMeter.createCounter('call_transfer_decisions', '1', 'Routing decisions');
  decisions.add(1, { outcome, fallback, reason: reason ?? 'none', leg });
  if (state.assigned === null) measureNumber(request.requestedAt, 'ROUTE');
  if (state.disconnect === null) return;
  const { reportedAt } = state.disconnect;
  measureSince(reportedAt, 'decision', 'From the report of a disconnect to the decision', { outcome });
}

/** In seconds. */
function measureSince(instant: number, what: string, description: string, labels: Record<string, string>) {
  metricMeter
    .createHistogram(`call_transfer_${what}_seconds`, 'float', 's', description)
    .record(Math.max(0, Date.now() - instant) / 1000, labels);
}

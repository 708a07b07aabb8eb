import { metricMeter } from '@temporalio/workflow';

import type { ConversationResult } from '../contract/conversation-ended';
import type { DecisionCore, LegRecord } from '../conversation/conversation-state';

/**
 * What an operator of calls counts, as metrics of the worker. Recorded once for each leg: a replay records nothing.
 * No metric has an id, a number or a variable among its labels.
 */

/** Records how long call control waited for the answer to a request. */
export const measureNumber = (requestedAt: number, result: 'DIAL' | 'ROUTE'): void => {
  measure('number', 'From the request of a number to the answer', Date.now() - requestedAt, { result });
};

/** Counts a decision, and records how long the customer talked, and how long the phone system waited after the hangup. */
export function measureDecision({ request, state }: LegRecord, decision: DecisionCore, task: string): void {
  const { outcome, fallback, reason } = decision;
  const leg = request.legNumber > 1 ? 'reconnection' : 'first';
  const decisions = metricMeter.createCounter('call_transfer_decisions', '1', 'Routing decisions');
  decisions.add(1, { outcome, fallback, reason: reason ?? 'none', leg, task });
  if (state.assigned === null) measureNumber(request.requestedAt, 'ROUTE');
  if (state.disconnect === null) return;
  const { at, reportedAt } = state.disconnect;
  const decidedIn = 'From the report of a disconnect to the decision';
  measure('decision', decidedIn, Date.now() - reportedAt, { outcome });
  if (state.connectedAt !== null)
    measure('talk', 'From the connect to the disconnect', at - state.connectedAt, { outcome, task });
}

/** Counts a conversation that is over. */
export const countConversation = (result: ConversationResult, task: string): void => {
  metricMeter
    .createCounter('call_transfer_conversations', '1', 'Conversations that are over, by what came of them')
    .add(1, { result, task });
};

/** In seconds. */
function measure(what: string, description: string, ms: number, labels: Record<string, string>) {
  metricMeter
    .createHistogram(`call_transfer_${what}_seconds`, 'float', 's', description)
    .record(Math.max(0, ms) / 1000, labels);
}

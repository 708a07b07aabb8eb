import type { ConversationView } from '../contract/conversation-view';
import { legView } from '../leg/leg-views';

import { newestDecision, nextStep } from './answers';
import { newestLeg, type ConversationState } from './conversation-state';

/** The answer of the query `conversation`. */
export function viewOf(state: ConversationState, now: number): ConversationView {
  const leg = newestLeg(state)?.state;
  const { reconnectUntil } = state;
  return {
    conversationId: state.input.conversationId,
    currentTransferId: leg?.transferId ?? state.input.transferId ?? '',
    phase: leg?.phase ?? 'REQUESTING',
    nextStep: nextStep(state, now),
    decision: newestDecision(state),
    reconnectUntil: reconnectUntil === null ? null : new Date(reconnectUntil).toISOString(),
    legs: state.legs.map((record) => legView(record.state)),
    ignoredEvents: state.ignored,
  };
}

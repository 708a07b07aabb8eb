/** A conversation that is over, as others are told of it. */
import type { ConversationEnded, ConversationResult } from '../contract/conversation-ended';
import { ownVariable } from '../contract/json';
import type { RoutingDecision } from '../contract/routing-decision';

import { newestLeg, type ConversationState } from './conversation-state';

/** How far it got without a person. A fresh number for a leg that could not be dialled is the same call. */
export function resultOf(
  { legs, legCount }: ConversationState,
  decision: RoutingDecision,
): ConversationResult {
  if (decision.outcome === 'AGENT') return 'ESCALATED';
  if (decision.reason === 'NOT_ADMITTED') return 'NOT_ADMITTED';
  if (decision.fallback) return 'FELL_BACK';
  if (legs.every(({ state }) => state.connectedAt === null)) return 'ABANDONED';
  const isOneCall = legCount === legs.length && legs.slice(1).every(({ redialOf }) => redialOf !== null);
  return isOneCall ? 'CONTAINED' : 'CALLED_AGAIN';
}

/** The task that GenerativeAgent was in last, or entered. */
export const taskOf = (state: ConversationState, { currentTaskName }: RoutingDecision): string | null =>
  currentTaskName ?? newestLeg(state)?.request.taskName ?? null;

/**
 * What is told of it.
 *
 * @param names - of the variables that may be told
 * @param now - epoch milliseconds
 */
export function endedEvent(
  state: ConversationState,
  decision: RoutingDecision,
  names: readonly string[],
  now: number,
): ConversationEnded {
  const { conversationId, transferId, outcome, fallback, reason, route, legs } = decision;
  const told = names.map((name) => [name, ownVariable(name, decision)] as const);
  return {
    type: 'conversation.ended',
    timestamp: new Date(now).toISOString(),
    data: {
      ...{ conversationId, result: resultOf(state, decision), transferId, outcome, fallback, reason, route },
      taskName: taskOf(state, decision),
      variables: Object.fromEntries(
        told.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      legCount: state.legCount,
      legs,
    },
  };
}

/** Conversations for tests without Temporal: asked, answered and decided by hand. */
import { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';

import type { ConversationSettings } from '../../src/contract/default-settings';
import type { NextStep } from '../../src/contract/next-step';
import { isFallback } from '../../src/contract/outcomes';
import { transferRequestSchema } from '../../src/contract/transfer-request';
import type { LegEvent } from '../../src/leg/leg-state';
import { routingFacts } from '../../src/leg/routing-facts';
import { Conversation, type CheckedRequest, type Entry } from '../../src/workflows/conversation';

import { at, disconnected, escalated, numberAssigned, REQUESTED_AT, settings, TRANSFER_ID } from './legs';

/** A conversation that has not begun. */
export function newConversation(input: { transferId?: string } = { transferId: TRANSFER_ID }): Conversation {
  const common = { conversationId: 'conv-1', country: 'US', inputContext: undefined };
  return new Conversation({ ...common, transferId: input.transferId }, () => undefined);
}

/** A conversation whose first leg is requested. */
export function begunConversation(more: Partial<ConversationSettings> = {}): Conversation {
  const conversation = newConversation();
  const request = conversation.firstLegRequest(REQUESTED_AT, () => 'generated');
  conversation.begin(settings(more), request);
  return conversation;
}

/** A conversation whose first leg has been through these events. */
export function conversationAfter(...events: LegEvent[]): Conversation {
  const conversation = begunConversation();
  for (const event of events) conversation.current.leg.apply(event);
  return conversation;
}

/** Decides the newest leg as the default settings would, with its name as the route. */
export function decideCurrent(conversation: Conversation, { mayRedial = false } = {}): Entry {
  const entry = conversation.current;
  const { state, request } = entry.leg;
  if (state.end === null) throw new Error('The newest leg has not ended');
  const { legNumber: _, ...known } = routingFacts(conversation.id, state, state.end, request.legNumber);
  const fallback = isFallback(state.end.outcome);
  conversation.decide(entry.leg, { ...known, route: `after ${state.transferId}`, fallback }, mayRedial);
  return entry;
}

/** A request for the leg as call control makes it, checked. */
export const requestFor = (
  transferId: string,
  more: z.input<typeof transferRequestSchema> = {},
): CheckedRequest & { transferId: string } => ({ ...transferRequestSchema.parse(more), transferId });

/** Opens another leg, which ends by the customer's hangup and is decided. */
export function hungUpLeg(conversation: Conversation, transferId: string): Entry {
  conversation.requestReconnection(requestFor(transferId), at(40));
  conversation.openAskedLeg(at(40), () => 'generated');
  endCurrent(conversation);
  return decideCurrent(conversation);
}

/** The newest leg's number comes, and the customer hangs up at once. */
export function endCurrent({ current: { leg } }: Conversation): void {
  leg.apply(numberAssigned(1));
  leg.apply(disconnected(5, { by: 'CUSTOMER', cause: 'CANCELLED' }));
}

/** The newest leg ends with an escalation, and is decided. */
export function escalateCurrent(conversation: Conversation): Entry {
  const { leg } = conversation.current;
  leg.apply(numberAssigned(1));
  leg.apply(escalated(30, 'AGENT'));
  return decideCurrent(conversation);
}

/** An answer in one word and a name: what to dial, whose decision to route by, or the refusal's type. */
export function told(answer: NextStep | ApplicationFailure | undefined): string {
  if (answer === undefined) return 'wait';
  if (answer instanceof ApplicationFailure) return `refuse ${answer.type ?? ''}`;
  if (answer.action === 'DIAL') return `dial ${answer.leg.transferId}`;
  return `route ${answer.decision.transferId}`;
}

/** Conversations for tests of the pure fold: events by short names, about the first leg unless they name another. */
import type { z } from 'zod';

import type { NextStep } from '../../src/contract/next-step';
import type { RoutingDecision } from '../../src/contract/routing-decision';
import type { ConversationSettings } from '../../src/contract/settings';
import { transferRequestSchema } from '../../src/contract/transfer-request';
import { answerAbout, type Refusal } from '../../src/conversation/answers';
import { applyConversationEvent } from '../../src/conversation/apply-conversation-event';
import {
  findLeg,
  newConversation,
  newestLeg,
  type CheckedRequest,
  type ConversationInput,
  type ConversationState,
  type LegRecord,
  type ConversationEvent,
  type ConversationEventOf,
} from '../../src/conversation/conversation-state';
import { decisionFrom, endedLeg } from '../../src/conversation/routing-facts';
import type { LegEvent, LegState } from '../../src/leg/leg-state';

import { assigned, at, disconnected, escalated, REQUESTED_AT, settings, TRANSFER_ID } from './legs';

export const INPUT: ConversationInput = {
  conversationId: 'conv-1',
  transferId: TRANSFER_ID,
  transport: { type: 'PHONE_NUMBER', country: 'US' },
  inputContext: undefined,
};

/** The conversation after these events. */
export const after = (state: ConversationState, ...events: ConversationEvent[]): ConversationState =>
  events.reduce(applyConversationEvent, state);

/** A conversation whose first leg is requested. */
export const begunConversation = (more: Partial<ConversationSettings> = {}): ConversationState =>
  after(newConversation(INPUT), ...begun(more));

/** A conversation whose first leg has been through these events. */
export const conversationAfter = (...events: LegEvent[]): ConversationState =>
  after(begunConversation(), ...events.map((event) => onLeg(event)));

/** The first leg begins, and its request has brought the settings. */
export const begun = (
  more: Partial<ConversationSettings> = {},
  request: CheckedRequest | null = null,
): ConversationEvent[] => [
  { type: 'begun', request, requestedAt: REQUESTED_AT, newId: 'generated' },
  { type: 'settingsRead', settings: settings(more) },
];

export const onLeg = (event: LegEvent, transferId = TRANSFER_ID): ConversationEvent => ({
  type: 'leg',
  transferId,
  event,
});

/** What call control reports of a leg. */
export const reported = (event: LegEvent, transferId = TRANSFER_ID): ConversationEvent => ({
  type: 'reported',
  what: event.type === 'connected' ? 'connected' : 'disconnected',
  transferId,
  event,
  now: event.now,
});

/** A request of call control, checked. */
export const requestWith = (more: z.input<typeof transferRequestSchema> = {}): CheckedRequest =>
  transferRequestSchema.parse(more);

export const legRequested = (
  transferId: string,
  seconds: number,
  more: z.input<typeof transferRequestSchema> = {},
): ConversationEvent => ({
  type: 'legRequested',
  request: requestWith({ transferId, ...more }),
  transferId,
  now: at(seconds),
});

export const legTold = (transferId: string, state: LegState, heard: number): ConversationEvent => ({
  type: 'legTold',
  transferId,
  state,
  heard,
});

export const cancelledAt = (seconds: number): ConversationEvent => ({ type: 'cancelled', now: at(seconds) });

/** The decision on a leg that has ended, as the default settings would make it, with its name as the route. */
export function decisionOn(
  state: ConversationState,
  transferId: string,
  { mayRedial = false, searchAttributes = false } = {},
): ConversationEventOf<'decided'> {
  const leg = recordOf(state, transferId);
  if (leg.state.end === null) throw new Error(`${transferId} has not ended`);
  const facts = endedLeg(leg.request, leg.state.end);
  const decision = decisionFrom(facts, { route: `after ${transferId}` }, settings());
  return { type: 'decided', transferId, decision, mayRedial, task: 'none', searchAttributes };
}

/** Decides the newest leg. */
export const decideNewest = (state: ConversationState, options = {}): ConversationState =>
  after(state, decisionOn(state, newest(state).request.transferId, options));

/** The number of the newest leg comes, the customer hangs up at once, and that is decided. */
export function hungUp(state: ConversationState): ConversationState {
  const { transferId } = newest(state).request;
  const hangup = disconnected(5, { by: 'CUSTOMER', cause: 'CANCELLED' });
  return decideNewest(after(state, onLeg(assigned(1), transferId), onLeg(hangup, transferId)));
}

/** The newest leg ends with an escalation, and is decided. */
export function escalatedTo(state: ConversationState): ConversationState {
  const { transferId } = newest(state).request;
  return decideNewest(
    after(state, onLeg(assigned(1), transferId), onLeg(escalated(30, 'AGENT'), transferId)),
  );
}

/** A further leg that ends by the customer's hangup and is decided. */
export const withHungUpLeg = (state: ConversationState, transferId: string): ConversationState =>
  hungUp(after(state, legRequested(transferId, 40)));

/** A decision that another run of the conversation made about a transfer. */
export const earlierDecision = (transferId = TRANSFER_ID, route = 'earlier'): RoutingDecision => ({
  conversationId: 'conv-1',
  transferId,
  outcome: 'AGENT',
  route,
  currentTaskName: null,
  referenceVariables: {},
  transferVariables: {},
  fallback: false,
  reason: null,
  legs: [],
});

export function newest(state: ConversationState): LegRecord {
  const leg = newestLeg(state);
  if (leg === undefined) throw new Error('The conversation has not begun');
  return leg;
}

export function recordOf(state: ConversationState, transferId: string): LegRecord {
  const leg = findLeg(state, transferId);
  if (leg === undefined) throw new Error(`There is no leg ${transferId}`);
  return leg;
}

/** The answer to a request, or to a report, in one word and a name. */
export const answerTo = (
  state: ConversationState,
  seconds: number,
  {
    transferId = TRANSFER_ID,
    asking = 'request',
  }: { transferId?: string; asking?: 'request' | 'report' } = {},
): string => told(answerAbout(state, transferId, asking, at(seconds)));

/** What to dial, whose decision to route by, or the type of the refusal. */
function told(answer: NextStep | Refusal | undefined): string {
  if (answer === undefined) return 'wait';
  if ('refused' in answer) return `refuse ${answer.refused}`;
  if (answer.action === 'DIAL') return `dial ${answer.leg.transferId}`;
  return `route ${answer.decision.transferId}`;
}

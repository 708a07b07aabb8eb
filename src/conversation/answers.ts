/** What call control is answered: a pure function of the conversation and of the time. */
import type { ConversationView } from '../contract/conversation-view';
import { failureTypes, type FailureType } from '../contract/failures';
import { handOverOf } from '../contract/hand-over';
import type { NextStep } from '../contract/next-step';
import type { RoutingDecision } from '../contract/routing-decision';
import { isDialable, isUp, type AssignedLeg, type LegEnd, type LegState } from '../leg/leg-state';
import { legSummary, legView } from '../leg/leg-views';

import {
  canRedial,
  findLeg,
  isUndecided,
  newestLeg,
  redialOf,
  type ConversationState,
  type LegRecord,
} from './conversation-state';

/** A request or report that has no safe answer, or none that call control could use. */
export interface Refusal {
  refused: FailureType;
  message: string;
}

const refusal =
  (refused: FailureType, why: (transferId: string) => string) =>
  (transferId: string): Refusal => ({ refused, message: `transferId: ${why(transferId)}` });

export const legInProgress = refusal(
  failureTypes.legInProgress,
  (id) => `another leg of this conversation is still in progress: ${id}`,
);
export const unknownLeg = refusal(failureTypes.unknownLeg, (id) => `this conversation has no leg ${id}`);
const transferIdConflict = refusal(
  failureTypes.transferIdConflict,
  (id) => `${id} was used before, by an ended transfer or another conversation; use a new one`,
);
const numberNotDialable = refusal(
  failureTypes.numberNotDialable,
  (id) => `${id} is connected already, and its number released`,
);

/** Who asks: a request for a number, or a report of a hangup. */
export type Asking = 'request' | 'report';

/**
 * The answer about a leg, or `undefined` while it is being found: also while its number is too old to be dialled, and
 * while it may have a fresh number.
 */
export function answerAbout(
  state: ConversationState,
  transferId: string,
  asking: Asking,
  now: number,
): NextStep | Refusal | undefined {
  const redial = redialOf(state, transferId);
  if (redial !== undefined) return answerAbout(state, redial.request.transferId, asking, now);
  const record = findLeg(state, transferId);
  if (record === undefined) return undefined;
  const leg = record.state;
  if (leg.end !== null) {
    const isRefused = asking === 'request' && wasRefusedByAsapp(leg.end) && record.earlierDecision === null;
    // Whoever reports has a caller on the line: that is a decision.
    if (isRefused) return transferIdConflict(transferId);
    return canRedial(state, record) ? undefined : routeStep(state, record);
  }
  if (isDialable(leg, now)) return dialStep(leg);
  return leg.phase === 'CONNECTED' ? numberNotDialable(transferId) : undefined;
}

const wasRefusedByAsapp = ({ outcome, reason }: LegEnd) =>
  outcome === 'TRANSFER_UNAVAILABLE' && reason === 'TRANSFER_ID_CONFLICT';

/**
 * The leg that a request without a `transferId` is answered for: the newest, while its number is being requested or
 * waits to be dialled. Any other request without one asks for a new leg.
 */
export function legOfUnnamed(state: ConversationState): string | undefined {
  const leg = newestLeg(state)?.state;
  return leg?.phase === 'REQUESTING' || leg?.phase === 'DIALING' ? leg.transferId : undefined;
}

/** The leg that keeps another from beginning: call control has to wait, or to be refused. */
export function legInTheWay(state: ConversationState, transferId: string): LegState | undefined {
  const leg = newestLeg(state)?.state;
  if (leg === undefined || leg.transferId === transferId) return undefined;
  return isUp(leg) || leg.phase === 'REQUESTING' ? leg : undefined;
}

/** The newest decision with its legs. */
export function newestDecision(state: ConversationState): RoutingDecision | null {
  const record = state.legs.findLast((leg) => !isUndecided(leg));
  return record === undefined ? null : decisionOf(state, record);
}

function dialStep({ transferId, assigned }: AssignedLeg): NextStep {
  const { destination, expiresAt } = assigned;
  const dialBy = new Date(assigned.dialBy).toISOString();
  const leg =
    destination.type === 'SIP'
      ? { transferId, ...destination, dialBy }
      : { transferId, ...destination, expiresAt: new Date(expiresAt).toISOString(), dialBy };
  return { action: 'DIAL', leg };
}

function routeStep(state: ConversationState, record: LegRecord): NextStep | undefined {
  const decision = decisionOf(state, record);
  return decision === null ? undefined : { action: 'ROUTE', decision };
}

function decisionOf({ legs }: ConversationState, record: LegRecord): RoutingDecision | null {
  const { decision, earlierDecision } = record;
  if (decision === null) return earlierDecision;
  const until = legs.slice(0, legs.indexOf(record) + 1).map(({ state }) => state);
  const ended = until.filter((leg): leg is LegState & { end: LegEnd } => leg.end !== null);
  const handOver = handOverOf(decision);
  return {
    ...decision,
    ...(handOver && { handOver }),
    legs: ended.map((leg) => legSummary(leg, leg.end)),
  };
}

/** The answer of the query `conversation`. */
export function viewOf(state: ConversationState, now: number): ConversationView {
  const record = newestLeg(state);
  const leg = record?.state;
  const route = record && routeStep(state, record);
  const { reconnectUntil } = state;
  return {
    conversationId: state.input.conversationId,
    currentTransferId: leg?.transferId ?? state.input.transferId ?? '',
    phase: leg?.phase ?? 'REQUESTING',
    nextStep: route ?? (leg && isDialable(leg, now) ? dialStep(leg) : null),
    decision: newestDecision(state),
    reconnectUntil: reconnectUntil === null ? null : new Date(reconnectUntil).toISOString(),
    legs: state.legs.map(({ state: leg, contextDropped = false }) => ({ ...legView(leg), contextDropped })),
    ignoredEvents: state.ignored,
  };
}

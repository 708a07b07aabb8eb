/** What call control is answered: a pure function of the conversation and of the time. */
import { failureTypes, type FailureType } from '../contract/failures';
import type { NextStep } from '../contract/next-step';
import type { RoutingDecision } from '../contract/routing-decision';
import { isDialable, isUp, type LegEnd, type LegState } from '../leg/leg-state';
import { legSummary } from '../leg/leg-views';

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

export const legInProgress = (transferId: string): Refusal => ({
  refused: failureTypes.legInProgress,
  message: `transferId: another leg of this conversation is still in progress: ${transferId}`,
});

export const unknownLeg = (transferId: string): Refusal => ({
  refused: failureTypes.unknownLeg,
  message: `transferId: this conversation has no leg ${transferId}`,
});

const transferIdConflict = (transferId: string): Refusal => ({
  refused: failureTypes.transferIdConflict,
  message: `transferId: ${transferId} was used before, by an ended transfer or another conversation; use a new one`,
});

const numberNotDialable = (transferId: string): Refusal => ({
  refused: failureTypes.numberNotDialable,
  message: `transferId: ${transferId} is connected already, and its number released`,
});

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
    if (record.earlierDecision !== null) return { action: 'ROUTE', decision: record.earlierDecision };
    // Whoever reports has a caller on the line: that is a decision.
    if (asking === 'request' && wasRefusedByAsapp(leg.end)) return transferIdConflict(transferId);
    if (record.decision === null || canRedial(state, record)) return undefined;
    return { action: 'ROUTE', decision: decisionOf(state, record, record.decision) };
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
  return leg !== undefined && (leg.phase === 'REQUESTING' || leg.phase === 'DIALING')
    ? leg.transferId
    : undefined;
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
  if (record === undefined) return null;
  return record.earlierDecision ?? (record.decision && decisionOf(state, record, record.decision));
}

/** What call control should do now; `null` while GenerativeAgent has the call or an answer is being found. */
export function nextStep(state: ConversationState, now: number): NextStep | null {
  const record = newestLeg(state);
  if (record === undefined) return null;
  const { decision, earlierDecision, state: leg } = record;
  if (earlierDecision !== null) return { action: 'ROUTE', decision: earlierDecision };
  if (decision !== null) return { action: 'ROUTE', decision: decisionOf(state, record, decision) };
  return isDialable(leg, now) ? dialStep(leg) : null;
}

function dialStep({
  transferId,
  assigned: { destination, expiresAt, dialBy },
}: LegState & {
  assigned: NonNullable<LegState['assigned']>;
}): NextStep {
  return {
    action: 'DIAL',
    leg: {
      transferId,
      ...destination,
      expiresAt: new Date(expiresAt).toISOString(),
      dialBy: new Date(dialBy).toISOString(),
    },
  };
}

function decisionOf(
  { legs }: ConversationState,
  record: LegRecord,
  decision: NonNullable<LegRecord['decision']>,
): RoutingDecision {
  const until = legs.slice(0, legs.indexOf(record) + 1).map(({ state }) => state);
  const ended = until.filter((leg): leg is LegState & { end: LegEnd } => leg.end !== null);
  return { ...decision, legs: ended.map((leg) => legSummary(leg, leg.end)) };
}

/** A leg as a value: its state, its events, and the ways in which it ends. `apply-leg-event.ts` folds the one over the other. */
import type { LegPhase } from '../contract/conversation-view';
import type { FallbackReason, Outcome } from '../contract/outcomes';
import type { Detection } from '../contract/routing-decision';
import type { HangupParty } from '../contract/telephony-events';
import type { LegContext, TransferSnapshot } from '../contract/transfer';
import type { AssignedTransport } from '../contract/transport';

/** What happened. Times in epoch milliseconds; `now` is when the workflow learned of it. */
export type LegEvent =
  | { type: 'assigned'; transport: AssignedTransport; now: number }
  | { type: 'unavailable'; reason: FallbackReason; now: number }
  | { type: 'connected'; at: number; now: number }
  | {
      type: 'disconnected';
      by: HangupParty;
      cause: string;
      at: number;
      now: number;
      /** Milliseconds, if call control waits less long than the hard limit. */
      answerWithinMs?: number | undefined;
    }
  /** Call control wants to know whether this leg still goes on, before the next check is due. */
  | { type: 'checkRequested'; now: number }
  /** Call control can wait no longer for an answer. */
  | { type: 'outOfTime'; now: number }
  | { type: 'transferSeen'; transfer: TransferSnapshot; now: number }
  | { type: 'checkFailed'; now: number }
  | { type: 'resultUnavailable'; reason: FallbackReason; now: number }
  | { type: 'callDurationExceeded'; now: number }
  | { type: 'cancelled'; now: number };

/** An event of this type. */
export type LegEventOf<Type extends LegEvent['type']> = Extract<LegEvent, { type: Type }>;

/** Plain JSON: it travels between the workflows of a conversation. Times in epoch milliseconds. */
export interface LegState {
  transferId: string;
  phase: LegPhase;
  requestedAt: number;
  assigned: AssignedTransport | null;
  /** When it was answered, as far as is known; never after `disconnect.at`. */
  connectedAt: number | null;
  /** Since when the call is known to be up: what its limits are counted from. */
  upSince: number | null;
  /** A connect was heard of after the expiry, and ASAPP has not confirmed it. */
  connectUnverified: boolean;
  connectedAfterExpiry: boolean;
  disconnect: Disconnect | null;
  /** ASAPP is to be asked at once. */
  checkWanted: boolean;
  /** Checks of ASAPP so far that did not end the leg, and when the last of them was. */
  checks: number;
  checkedAt: number | null;
  end: LegEnd | null;
}

/** What was reported of its disconnect. */
export interface Disconnect {
  by: HangupParty;
  cause: string;
  at: number;
  reportedAt: number;
  answerWithinMs?: number | undefined;
}

/** How a leg ended. */
export interface LegEnd {
  outcome: Outcome;
  reason: FallbackReason | null;
  detectedBy: Detection;
  context: LegContext | null;
  endedAt: number;
}

export function newLeg(transferId: string, requestedAt: number): LegState {
  return {
    transferId,
    phase: 'REQUESTING',
    requestedAt,
    assigned: null,
    connectedAt: null,
    upSince: null,
    connectUnverified: false,
    connectedAfterExpiry: false,
    disconnect: null,
    checkWanted: false,
    checks: 0,
    checkedAt: null,
    end: null,
  };
}

/** Whether it waits for call control: its number may be dialled, or GenerativeAgent is on the call. */
export const isUp = ({ phase }: LegState): boolean => phase === 'DIALING' || phase === 'CONNECTED';

/** A leg that has what is to be dialled. */
export type AssignedLeg = LegState & { assigned: AssignedTransport };

/** Whether its number waits to be dialled. */
export const isDialing = (leg: LegState): leg is AssignedLeg =>
  leg.phase === 'DIALING' && leg.assigned !== null;

/** Whether its number may be dialled at this moment. */
export const isDialable = (leg: LegState, now: number): leg is AssignedLeg =>
  isDialing(leg) && !leg.connectUnverified && now < leg.assigned.dialBy;

/** Whether its number waits to be dialled and has become too old for it. */
export const isTooOldToDial = (leg: LegState, now: number): boolean =>
  isDialing(leg) && now >= leg.assigned.dialBy;

export function ended(
  leg: LegState,
  now: number,
  end: Pick<LegEnd, 'outcome' | 'detectedBy'> & Partial<LegEnd>,
): LegState {
  return {
    ...leg,
    phase: 'ENDED',
    checkWanted: false,
    end: { reason: null, context: null, endedAt: now, ...end },
  };
}

export const unavailable = (leg: LegState, now: number, reason: FallbackReason): LegState =>
  ended(leg, now, { outcome: 'TRANSFER_UNAVAILABLE', reason, detectedBy: 'NUMBER_REQUEST' });

export const customerHungUp = (leg: LegState, now: number): LegState =>
  ended(leg, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy: 'DISCONNECT_REPORT' });

export const dialFailed = (leg: LegState, now: number, reason: FallbackReason): LegState =>
  ended(leg, now, { outcome: 'DIAL_FAILED', reason, detectedBy: 'DISCONNECT_REPORT' });

/** Nobody reached GenerativeAgent under this number; whoever was heard to connect is on another conversation. */
export function numberExpired(leg: LegState, now: number): LegState {
  const connectedAfterExpiry = wasHeardUp(leg);
  return ended({ ...leg, connectedAfterExpiry, connectUnverified: false }, now, {
    outcome: 'NUMBER_EXPIRED',
    reason: connectedAfterExpiry ? 'CONNECTED_AFTER_EXPIRY' : 'NUMBER_NOT_DIALLED_IN_TIME',
    detectedBy: leg.disconnect === null ? 'NUMBER_EXPIRY' : 'DISCONNECT_REPORT',
  });
}

/** Whether anybody said that the dialled leg was answered. */
export const wasHeardUp = ({ connectedAt, connectUnverified }: LegState): boolean =>
  connectedAt !== null || connectUnverified;

/** A time that others give, as it is shown: not before what must have come first, nor after it was heard of. */
export const shown = (at: number, earliest: number, latest: number): number =>
  Math.min(Math.max(at, earliest), latest);

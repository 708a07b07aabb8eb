/**
 * A leg's life as a pure fold over events.
 *
 * Invariants:
 * 1. An ended leg stays as it ended: late and repeated events change nothing.
 * 2. No order of events makes a leg end twice, or end without an outcome.
 * 3. A number is dialable only while nobody has connected and `dialBy` has not come.
 * 4. A connect that arrives after the number's expiry is believed only when ASAPP confirms it: the caller
 *    may be on a stranger's conversation.
 */
import type { LegPhase } from '../contract/conversation-view';
import type { DialableLeg } from '../contract/next-step';
import type { FallbackReason, Outcome } from '../contract/outcomes';
import type { Detection } from '../contract/routing-decision';
import type { HangupParty } from '../contract/telephony-events';
import type { AssignedNumber, LegContext, TransferSnapshot } from '../contract/transfer';

/** What happened. Times in epoch milliseconds; `now` is when the workflow learned of it. */
export type LegEvent =
  | { type: 'numberAssigned'; number: AssignedNumber; now: number }
  | { type: 'numberUnavailable'; reason: FallbackReason; now: number }
  | { type: 'connected'; at: number; now: number }
  | {
      type: 'disconnected';
      by: HangupParty;
      cause: string;
      at: number;
      now: number;
      /** Milliseconds, where whoever asks waits less long than the hard limit. */
      answerWithinMs?: number | undefined;
    }
  | { type: 'transferSeen'; transfer: TransferSnapshot; now: number }
  | { type: 'checkFailed'; now: number }
  | { type: 'askedTooLate'; now: number }
  | { type: 'settled'; connectedAt: number | null; disconnectedAt: number | null; end: LegEnd; now: number }
  | { type: 'resultUnavailable'; reason: FallbackReason; now: number }
  | { type: 'callDurationExceeded'; now: number }
  | { type: 'cancelled'; now: number };

/** Plain JSON: it travels between the workflows of a conversation. Times in epoch milliseconds. */
export interface LegState {
  transferId: string;
  phase: LegPhase;
  requestedAt: number;
  number: AssignedNumber | null;
  connectedAt: number | null;
  /** A connect arrived after the expiry and waits for ASAPP's word. */
  connectUnverified: boolean;
  connectedAfterExpiry: boolean;
  disconnect: {
    by: HangupParty;
    cause: string;
    at: number;
    reportedAt: number;
    answerWithinMs?: number | undefined;
  } | null;
  /** Looks at ASAPP so far that did not end the leg, and when the last of them was. */
  checks: number;
  checkedAt: number | null;
  end: LegEnd | null;
}

/** How a leg ended. */
export interface LegEnd {
  outcome: Outcome;
  reason: FallbackReason | null;
  detectedBy: Detection;
  context: LegContext | null;
  endedAt: number;
}

/** How long after the expiry ASAPP may still call a number `ACTIVE` before it counts as expired: clocks differ. */
export const EXPIRY_GRACE_MS = 15_000;

/** How long after the expiry an unreachable ASAPP is asked before the number counts as expired. */
export const EXPIRY_UNCONFIRMED_MS = 60_000;

const dialFailureReasons = new Map<string, FallbackReason>([
  ['BUSY', 'DIAL_BUSY'],
  ['NO_ANSWER', 'DIAL_NO_ANSWER'],
  ['REJECTED', 'DIAL_REJECTED'],
  ['FAILED', 'DIAL_FAILED'],
]);

/** Causes that leave open whether the call was up: ASAPP is asked. The others only come before an answer. */
const isAmbiguous = (cause: string) => cause === 'FAILED';

export function newLeg(transferId: string, now: number): LegState {
  return {
    transferId,
    phase: 'REQUESTING',
    requestedAt: now,
    number: null,
    connectedAt: null,
    connectUnverified: false,
    connectedAfterExpiry: false,
    disconnect: null,
    checks: 0,
    checkedAt: null,
    end: null,
  };
}

/** The leg after an event. Total: every event is allowed in every state. */
export function applyLegEvent(leg: LegState, event: LegEvent): LegState {
  if (leg.end !== null) {
    const lateConnect = event.type === 'connected' && leg.end.outcome === 'NUMBER_EXPIRED';
    return lateConnect && !leg.connectedAfterExpiry ? { ...leg, connectedAfterExpiry: true } : leg;
  }
  switch (event.type) {
    case 'numberAssigned':
      return onNumberAssigned(leg, event);
    case 'numberUnavailable':
      return leg.phase === 'REQUESTING'
        ? ended(leg, event.now, {
            outcome: 'TRANSFER_UNAVAILABLE',
            reason: event.reason,
            detectedBy: 'NUMBER_REQUEST',
          })
        : leg;
    case 'connected':
      return onConnected(leg, event);
    case 'disconnected':
      return onDisconnected(leg, event);
    case 'transferSeen':
      return onTransferSeen(leg, event);
    case 'checkFailed':
      return onCheckFailed(leg, event.now);
    case 'askedTooLate':
      // Whoever asks for a number again has not dialled the one that can no longer be dialled.
      return leg.phase === 'DIALING' && leg.number !== null && event.now >= leg.number.dialBy
        ? numberExpired(leg, event.now)
        : leg;
    case 'settled':
      return onSettled(leg, event);
    case 'resultUnavailable':
      return onResultUnavailable(leg, event);
    case 'callDurationExceeded':
      return ended(leg, event.now, {
        outcome: 'CONTEXT_UNAVAILABLE',
        reason: 'CALL_DURATION_LIMIT',
        detectedBy: 'CALL_DURATION_LIMIT',
      });
    case 'cancelled':
      return ended(leg, event.now, {
        outcome: 'CANCELLED',
        reason: 'WORKFLOW_CANCELLED',
        detectedBy: 'CANCELLATION',
      });
  }
}

/** The number to dial, where it may be dialled at this moment. */
export function dialableLeg(leg: LegState, now: number): DialableLeg | undefined {
  if (leg.phase !== 'DIALING' || leg.number === null || leg.connectUnverified || now >= leg.number.dialBy) {
    return undefined;
  }
  const { transferNumber, country, expiresAt, dialBy } = leg.number;
  return {
    transferId: leg.transferId,
    transferNumber,
    country,
    expiresAt: new Date(expiresAt).toISOString(),
    dialBy: new Date(dialBy).toISOString(),
  };
}

function onNumberAssigned(
  leg: LegState,
  { number, now }: Extract<LegEvent, { type: 'numberAssigned' }>,
): LegState {
  if (leg.phase !== 'REQUESTING') return leg;
  const assigned: LegState = { ...leg, phase: 'DIALING', number };
  return now < number.dialBy
    ? assigned
    : ended(assigned, now, {
        outcome: 'NUMBER_EXPIRED',
        reason: 'NUMBER_TOO_SHORT_LIVED',
        detectedBy: 'NUMBER_REQUEST',
      });
}

function onConnected(leg: LegState, { at, now }: Extract<LegEvent, { type: 'connected' }>): LegState {
  if (leg.connectedAt !== null || leg.number === null) return leg;
  const late = Math.max(at, now) >= leg.number.expiresAt;
  // Another clock than ours may be wrong: nobody connects before the request, or after we hear of it.
  const connectedAt = Math.min(Math.max(at, leg.requestedAt), now);
  if (leg.phase === 'DIALING') {
    if (late && leg.connectUnverified) return leg;
    return late
      ? { ...leg, connectUnverified: true, checks: 0, checkedAt: null }
      : { ...leg, phase: 'CONNECTED', connectedAt };
  }
  return leg.phase === 'DISCONNECTED' && !late ? { ...leg, connectedAt } : leg;
}

function onDisconnected(leg: LegState, event: Extract<LegEvent, { type: 'disconnected' }>): LegState {
  const { by, cause, at, now, answerWithinMs } = event;
  if (leg.disconnect !== null) {
    // Both hung up at once: the customer's hangup decides. Whoever knows more than the first report is heard.
    const known = leg.disconnect.by;
    const isNews = by !== known && (by === 'CUSTOMER' || known === 'UNKNOWN');
    return isNews ? { ...leg, disconnect: { ...leg.disconnect, by } } : leg;
  }
  const over: LegState = {
    ...leg,
    phase: 'DISCONNECTED',
    disconnect: { by, cause, at, reportedAt: now, answerWithinMs },
  };
  if (leg.connectedAt !== null) return over;

  const dialFailure = dialFailureReasons.get(cause);
  const isCancelled = cause === 'CANCELLED';
  const neverAnswered = isCancelled || (dialFailure !== undefined && !isAmbiguous(cause));
  const isCustomers =
    by === 'CUSTOMER' ? neverAnswered || leg.phase === 'REQUESTING' : isCancelled && by === 'UNKNOWN';
  if (isCustomers) return customerHungUp(over, now);
  if (neverAnswered) return dialFailed(over, now, dialFailure ?? 'DIAL_FAILED');
  if (leg.phase === 'REQUESTING') {
    // Nothing was dialled, so the leg that is gone is the customer's, unless the report says otherwise.
    return by === 'UNKNOWN' && dialFailure === undefined
      ? customerHungUp(over, now)
      : dialFailed(over, now, dialFailure ?? 'DIAL_FAILED');
  }
  return over;
}

function onTransferSeen(
  leg: LegState,
  { transfer, now }: Extract<LegEvent, { type: 'transferSeen' }>,
): LegState {
  const seen: LegState = { ...leg, checks: leg.checks + 1, checkedAt: now };
  if (transfer.status === 'COMPLETED') return onCompleted(seen, transfer, now);
  const arrived = transfer.callReceivedAt !== null || transfer.status === 'ONGOING';

  if (leg.phase === 'DISCONNECTED')
    return arrived ? asConnected(seen, transfer, now) : onNeverArrived(seen, transfer, now);
  if (arrived) return asConnected({ ...seen, phase: 'CONNECTED' }, transfer, now);
  if (transfer.status === 'EXPIRED') return numberExpired(seen, now);
  const overdue =
    leg.phase === 'DIALING' && leg.number !== null && now >= leg.number.expiresAt + EXPIRY_GRACE_MS;
  return overdue ? numberExpired(seen, now) : seen;
}

/** Without ASAPP's word a late connect is not believed, and an expired number stays expired. */
function onCheckFailed(leg: LegState, now: number): LegState {
  const failed: LegState = { ...leg, checks: leg.checks + 1, checkedAt: now };
  if (leg.phase !== 'DIALING' || leg.number === null) return failed;
  const limit = leg.connectUnverified ? EXPIRY_GRACE_MS : EXPIRY_UNCONFIRMED_MS;
  return now >= leg.number.expiresAt + limit ? numberExpired(failed, now) : failed;
}

/** The leg ran elsewhere, in its own workflow, and this is how it ended there. */
function onSettled(leg: LegState, event: Extract<LegEvent, { type: 'settled' }>): LegState {
  const { connectedAt, disconnectedAt, end, now } = event;
  const disconnect =
    disconnectedAt === null
      ? null
      : { by: 'UNKNOWN' as const, cause: 'NORMAL', reportedAt: now, ...leg.disconnect, at: disconnectedAt };
  return { ...leg, phase: 'ENDED', connectedAt, disconnect, end };
}

/** ASAPP's own proof of the call stands in for a lost `connected`. */
const asConnected = (leg: LegState, transfer: TransferSnapshot, now: number): LegState => ({
  ...leg,
  connectedAt: leg.connectedAt ?? transfer.callReceivedAt ?? now,
  connectUnverified: false,
});

/** The leg is over, and no call reached GenerativeAgent under this number. */
function onNeverArrived(leg: LegState, transfer: TransferSnapshot, now: number): LegState {
  const { by, cause } = leg.disconnect ?? { by: 'UNKNOWN', cause: 'NORMAL' };
  const wasUp = leg.connectedAt !== null && isAmbiguous(cause);
  const dialFailure = wasUp ? undefined : dialFailureReasons.get(cause);
  if (by === 'CUSTOMER') return customerHungUp(leg, now);
  if (dialFailure !== undefined) return dialFailed(leg, now, dialFailure);
  // ACTIVE may be ASAPP's bookkeeping lagging behind a short call: look again.
  return transfer.status === 'EXPIRED' ? numberExpired(leg, now) : leg;
}

function onCompleted(leg: LegState, transfer: TransferSnapshot, now: number): LegState {
  const reported = leg.disconnect !== null;
  const detectedBy: Detection = reported ? 'DISCONNECT_REPORT' : 'STATUS_CHECK';
  const over: LegState = {
    ...asConnected(leg, transfer, transfer.completedAt ?? now),
    disconnect: leg.disconnect ?? {
      by: 'UNKNOWN',
      cause: 'NORMAL',
      at: transfer.completedAt ?? now,
      reportedAt: now,
    },
  };
  const by = over.disconnect?.by;
  const context = transfer.outputContext === null ? null : toContext(transfer.outputContext);
  if (by === 'CUSTOMER') {
    return ended(over, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy, context });
  }
  switch (transfer.outputContext?.transferType) {
    case 'AGENT':
      return ended(over, now, { outcome: 'AGENT', detectedBy, context });
    case 'SYSTEM':
      return ended(over, now, { outcome: 'SYSTEM', detectedBy, context });
    case undefined:
      return by === 'GENERATIVE_AGENT'
        ? ended(over, now, { outcome: 'CONTEXT_UNAVAILABLE', reason: 'OUTPUT_CONTEXT_MISSING', detectedBy })
        : ended(over, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy });
    default:
      return ended(over, now, {
        outcome: 'CONTEXT_UNAVAILABLE',
        reason: 'TRANSFER_TYPE_UNKNOWN',
        detectedBy,
        context,
      });
  }
}

function onResultUnavailable(
  leg: LegState,
  { reason, now }: Extract<LegEvent, { type: 'resultUnavailable' }>,
): LegState {
  if (leg.disconnect === null) return leg;
  const dialFailure = leg.connectedAt === null ? dialFailureReasons.get(leg.disconnect.cause) : undefined;
  if (leg.disconnect.by === 'CUSTOMER') return customerHungUp(leg, now);
  if (dialFailure !== undefined) return dialFailed(leg, now, dialFailure);
  return ended(leg, now, { outcome: 'CONTEXT_UNAVAILABLE', reason, detectedBy: 'DISCONNECT_REPORT' });
}

const customerHungUp = (leg: LegState, now: number) =>
  ended(leg, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy: 'DISCONNECT_REPORT' });

const dialFailed = (leg: LegState, now: number, reason: FallbackReason) =>
  ended(leg, now, { outcome: 'DIAL_FAILED', reason, detectedBy: 'DISCONNECT_REPORT' });

function numberExpired(leg: LegState, now: number): LegState {
  const connectedAfterExpiry = leg.connectUnverified || leg.connectedAt !== null;
  return ended({ ...leg, connectedAfterExpiry, connectUnverified: false }, now, {
    outcome: 'NUMBER_EXPIRED',
    reason: connectedAfterExpiry ? 'CONNECTED_AFTER_EXPIRY' : 'NUMBER_NOT_DIALLED_IN_TIME',
    detectedBy: leg.disconnect === null ? 'NUMBER_EXPIRY' : 'DISCONNECT_REPORT',
  });
}

function ended(
  leg: LegState,
  now: number,
  end: Pick<LegEnd, 'outcome' | 'detectedBy'> & Partial<LegEnd>,
): LegState {
  return { ...leg, phase: 'ENDED', end: { reason: null, context: null, endedAt: now, ...end } };
}

const toContext = ({ currentTaskName, referenceVariables, transferVariables }: LegContext): LegContext => ({
  currentTaskName,
  referenceVariables,
  transferVariables,
});

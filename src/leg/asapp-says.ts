/** What ASAPP says of a leg's transfer. Its times are on its own clock: they are shown, and move no limit. */
import type { Detection } from '../contract/routing-decision';
import type { LegContext, TransferSnapshot } from '../contract/transfer';

import { dialFailureOf } from './dial-causes';
import {
  customerHungUp,
  dialFailed,
  ended,
  isDialing,
  isTooOldToDial,
  numberExpired,
  shown,
  wasHeardUp,
  type Disconnect,
  type LegEventOf,
  type LegState,
} from './leg-state';

/** How long after the expiry ASAPP may still call a number `ACTIVE` before it counts as expired. */
export const EXPIRY_GRACE_MS = 15_000;

/** How long after the expiry an unreachable ASAPP is asked before the number counts as expired. */
export const EXPIRY_UNCONFIRMED_MS = 60_000;

export function onTransferSeen(leg: LegState, { transfer, now }: LegEventOf<'transferSeen'>): LegState {
  const seen: LegState = { ...leg, checkWanted: false, checks: leg.checks + 1, checkedAt: now };
  if (transfer.status === 'COMPLETED') return onCompleted(seen, transfer, now);
  const arrived = transfer.callReceivedAt !== null || transfer.status === 'ONGOING';

  if (leg.disconnect !== null) {
    if (!arrived) return onNeverArrived(seen, leg.disconnect, transfer, now);
    // A call that came and a transfer that goes on no more: over, whatever word ASAPP has for it.
    return transfer.status === 'EXPIRED'
      ? onCompleted(seen, transfer, now)
      : asConnected(seen, transfer, now);
  }
  if (arrived) return asConnected({ ...seen, phase: 'CONNECTED' }, transfer, now);
  if (transfer.status === 'EXPIRED') return numberExpired(seen, now);
  return isGivenUp(leg, EXPIRY_GRACE_MS, now) ? numberExpired(seen, now) : seen;
}

/** Without ASAPP's word a late connect is not believed, and an expired number stays expired. */
export function onCheckFailed(leg: LegState, now: number): LegState {
  const failed: LegState = { ...leg, checkWanted: false, checks: leg.checks + 1, checkedAt: now };
  const graceMs = leg.connectUnverified ? EXPIRY_GRACE_MS : EXPIRY_UNCONFIRMED_MS;
  return isGivenUp(leg, graceMs, now) ? numberExpired(failed, now) : failed;
}

export function onResultUnavailable(
  leg: LegState,
  { reason, now }: Pick<LegEventOf<'resultUnavailable'>, 'reason' | 'now'>,
): LegState {
  if (leg.disconnect === null) return leg;
  const dialFailure = wasHeardUp(leg) ? undefined : dialFailureOf(leg.disconnect.cause);
  if (leg.disconnect.by === 'CUSTOMER') return customerHungUp(leg, now);
  if (dialFailure !== undefined) return dialFailed(leg, now, dialFailure);
  return ended(leg, now, { outcome: 'CONTEXT_UNAVAILABLE', reason, detectedBy: 'DISCONNECT_REPORT' });
}

/**
 * Whether a number of which ASAPP shows no call counts as expired: its expiry is long enough ago, or it may be dialled no
 * more and call control asked for another answer than it.
 */
function isGivenUp(leg: LegState, graceMs: number, now: number): boolean {
  if (!isDialing(leg)) return false;
  const isLate = now >= leg.assigned.expiresAt + graceMs;
  return isLate || (leg.checkWanted && !leg.connectUnverified && isTooOldToDial(leg, now));
}

/** ASAPP's own proof of the call stands in for a lost `connected`. */
const asConnected = (leg: LegState, transfer: TransferSnapshot, now: number) => ({
  ...leg,
  connectedAt:
    leg.connectedAt ??
    shown(transfer.callReceivedAt ?? now, leg.requestedAt, Math.min(now, leg.disconnect?.at ?? now)),
  upSince: leg.upSince ?? now,
  connectUnverified: false,
});

/** The leg is over, and no call reached GenerativeAgent under this number. */
function onNeverArrived(
  leg: LegState,
  { by, cause }: Disconnect,
  transfer: TransferSnapshot,
  now: number,
): LegState {
  // A call that was up and failed is waited for while ASAPP's books lag; a cause that only comes before an answer is believed.
  const dialFailure = wasHeardUp(leg) && cause === 'FAILED' ? undefined : dialFailureOf(cause);
  if (by === 'CUSTOMER') return customerHungUp(leg, now);
  if (dialFailure !== undefined) return dialFailed(leg, now, dialFailure);
  // ACTIVE may be ASAPP's bookkeeping lagging behind a short call: look again.
  return transfer.status === 'EXPIRED' ? numberExpired(leg, now) : leg;
}

function onCompleted(leg: LegState, transfer: TransferSnapshot, now: number): LegState {
  const detectedBy: Detection = leg.disconnect === null ? 'STATUS_CHECK' : 'DISCONNECT_REPORT';
  const up = asConnected(leg, transfer, now);
  const disconnect: Disconnect = leg.disconnect ?? {
    by: 'UNKNOWN',
    cause: 'NORMAL',
    at: shown(transfer.completedAt ?? now, up.connectedAt, Math.max(up.connectedAt, now)),
    reportedAt: now,
  };
  const over: LegState = { ...up, disconnect };
  const { by } = disconnect;
  const context = transfer.outputContext === null ? null : toContext(transfer.outputContext);
  if (by === 'CUSTOMER') return ended(over, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy, context });
  if (transfer.outputContext === null) {
    return by === 'GENERATIVE_AGENT'
      ? ended(over, now, { outcome: 'CONTEXT_UNAVAILABLE', reason: 'OUTPUT_CONTEXT_MISSING', detectedBy })
      : ended(over, now, { outcome: 'CUSTOMER_HUNG_UP', detectedBy });
  }
  const { transferType } = transfer.outputContext;
  return transferType === 'AGENT' || transferType === 'SYSTEM'
    ? ended(over, now, { outcome: transferType, detectedBy, context })
    : ended(over, now, {
        outcome: 'CONTEXT_UNAVAILABLE',
        reason: 'TRANSFER_TYPE_UNKNOWN',
        detectedBy,
        context,
      });
}

const toContext = ({ currentTaskName, referenceVariables, transferVariables }: LegContext): LegContext => ({
  currentTaskName,
  referenceVariables,
  transferVariables,
});

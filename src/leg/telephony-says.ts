/** What telephony says of a leg: its number, connects, disconnects, and the patience of whoever waits. */
import type { HangupParty } from '../contract/telephony-events';

import { onResultUnavailable } from './asapp-says';
import { meaningOf, strongerCause } from './dial-causes';
import {
  customerHungUp,
  dialFailed,
  ended,
  isTooOldToDial,
  isUp,
  numberExpired,
  shown,
  unavailable,
  wasHeardUp,
  type Disconnect,
  type LegEnd,
  type LegEventOf,
  type LegState,
} from './leg-state';

export function onAssigned(leg: LegState, { transport, now }: LegEventOf<'assigned'>): LegState {
  if (leg.phase !== 'REQUESTING') return leg;
  const assigned: LegState = { ...leg, phase: 'DIALING', assigned: transport };
  return now < transport.dialBy
    ? assigned
    : ended(assigned, now, {
        outcome: 'NUMBER_EXPIRED',
        reason: 'NUMBER_TOO_SHORT_LIVED',
        detectedBy: 'NUMBER_REQUEST',
      });
}

export function onConnected(leg: LegState, { at, now }: LegEventOf<'connected'>): LegState {
  if (wasHeardUp(leg) || leg.assigned === null) return leg;
  // Heard of late: before or after the hangup, only ASAPP can say where the caller was.
  if (now >= leg.assigned.expiresAt) {
    return { ...leg, connectUnverified: true, checkWanted: isUp(leg), checks: 0, checkedAt: null };
  }
  const connectedAt = shown(at, leg.requestedAt, Math.min(now, leg.disconnect?.at ?? now));
  return leg.phase === 'DIALING'
    ? { ...leg, phase: 'CONNECTED', connectedAt, upSince: now }
    : { ...leg, connectedAt };
}

/** A connect to a leg that has ended: news if its number had expired. */
export const onLateConnect = (leg: LegState, { outcome }: LegEnd): LegState =>
  outcome === 'NUMBER_EXPIRED' && !leg.connectedAfterExpiry ? { ...leg, connectedAfterExpiry: true } : leg;

export function onDisconnected(leg: LegState, event: LegEventOf<'disconnected'>): LegState {
  const disconnect = merged(leg, event);
  if (disconnect === leg.disconnect) return leg;
  // ASAPP may have told of the call before this report was heard of, and date it later.
  const connectedAt = leg.connectedAt === null ? null : Math.min(leg.connectedAt, disconnect.at);
  const over: LegState = { ...leg, phase: 'DISCONNECTED', checkWanted: false, connectedAt, disconnect };
  if (wasHeardUp(leg)) return over;

  const { by, cause } = disconnect;
  const { now } = event;
  const isCancelled = cause === 'CANCELLED';
  const meaning = meaningOf(cause);
  const neverAnswered = meaning?.neverAnswered === true;
  const nothingDialled = leg.phase === 'REQUESTING';
  const isCustomers = by === 'CUSTOMER' ? neverAnswered || nothingDialled : isCancelled && by === 'UNKNOWN';
  if (isCustomers) return customerHungUp(over, now);
  if (neverAnswered) return dialFailed(over, now, meaning.reason);
  if (!nothingDialled) return over;
  // The leg that is gone is the customer's, unless the report says otherwise.
  return by === 'UNKNOWN' && meaning === undefined
    ? customerHungUp(over, now)
    : dialFailed(over, now, 'DIAL_FAILED');
}

/** The reports of one hangup as one: who knows more is heard, and a customer who hung up has gone. */
function merged(
  leg: LegState,
  { by, cause, at, now, answerWithinMs }: LegEventOf<'disconnected'>,
): Disconnect {
  const known = leg.disconnect;
  if (known === null) {
    const earliest = leg.connectedAt ?? leg.requestedAt;
    return { by, cause, at: shown(at, earliest, now), reportedAt: now, answerWithinMs };
  }
  const whole = { ...known, by: whoKnowsMore(known.by, by), cause: strongerCause(known.cause, cause) };
  return whole.by === known.by && whole.cause === known.cause ? known : whole;
}

const whoKnowsMore = (first: HangupParty, second: HangupParty): HangupParty =>
  second === 'CUSTOMER' || first === 'UNKNOWN' ? second : first;

export const onCheckRequested = (leg: LegState): LegState =>
  isUp(leg) && !leg.checkWanted ? { ...leg, checkWanted: true } : leg;

/** Whoever waits gets an answer with what is known. A call that is up goes on: nobody waits for it. */
export function onOutOfTime(leg: LegState, now: number): LegState {
  if (leg.phase === 'REQUESTING') return unavailable(leg, now, 'REQUEST_DEADLINE_EXCEEDED');
  if (isTooOldToDial(leg, now)) return numberExpired(leg, now);
  return onResultUnavailable(leg, { reason: 'DISCONNECT_DEADLINE_EXCEEDED', now });
}

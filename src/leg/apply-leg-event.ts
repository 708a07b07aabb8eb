/**
 * A leg's life as a pure fold over events: which file says what becomes of a leg.
 *
 * Invariants:
 * 1. An ended leg stays as it ended: late and repeated events change nothing but `connectedAfterExpiry`.
 * 2. No order of events makes a leg end twice, or end without an outcome. What call control reports leads to the same
 *    end in any order.
 * 3. A number is dialable only while nobody has connected and `dialBy` has not come.
 * 4. A connect that is heard of after the number's expiry is believed only when ASAPP confirms it: the caller may be on
 *    a stranger's conversation.
 * 5. Limits are counted from when an event was heard of (`now`, the clock of Temporal's server). When others say that it
 *    happened is shown and moves no limit.
 */
import { onCheckFailed, onResultUnavailable, onTransferSeen } from './asapp-says';
import { ended, unavailable, type LegEvent, type LegState } from './leg-state';
import {
  onAssigned,
  onCheckRequested,
  onConnected,
  onDisconnected,
  onLateConnect,
  onOutOfTime,
} from './telephony-says';

/** The leg after an event. Total: every event is allowed in every state. */
export function applyLegEvent(leg: LegState, event: LegEvent): LegState {
  if (leg.end !== null) return event.type === 'connected' ? onLateConnect(leg, leg.end) : leg;
  switch (event.type) {
    case 'assigned':
      return onAssigned(leg, event);
    case 'unavailable':
      return leg.phase === 'REQUESTING' ? unavailable(leg, event.now, event.reason) : leg;
    case 'connected':
      return onConnected(leg, event);
    case 'disconnected':
      return onDisconnected(leg, event);
    case 'checkRequested':
      return onCheckRequested(leg);
    case 'outOfTime':
      return onOutOfTime(leg, event.now);
    case 'transferSeen':
      return onTransferSeen(leg, event);
    case 'checkFailed':
      return onCheckFailed(leg, event.now);
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

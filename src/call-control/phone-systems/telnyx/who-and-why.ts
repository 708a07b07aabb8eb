import type { DisconnectCause, HangupParty } from '../../../contract/telephony-events';
import { causeOfSip } from '../../leg-events';

import type { Hangup } from './read';

const causeOfWord = new Map<string, DisconnectCause>([
  ['normal_clearing', 'NORMAL'],
  ['time_limit', 'NORMAL'],
  ['user_busy', 'BUSY'],
  ['timeout', 'NO_ANSWER'],
  ['no_answer', 'NO_ANSWER'],
  ['no_user_response', 'NO_ANSWER'],
  ['call_rejected', 'REJECTED'],
  ['originator_cancel', 'CANCELLED'],
  ['not_found', 'FAILED'],
  ['unallocated_number', 'FAILED'],
  ['invalid_number_format', 'FAILED'],
  ['no_route_destination', 'FAILED'],
  ['destination_out_of_order', 'FAILED'],
  ['network_out_of_order', 'FAILED'],
  ['normal_temporary_failure', 'FAILED'],
  ['normal_circuit_congestion', 'FAILED'],
  ['switch_congestion', 'FAILED'],
  ['recovery_on_timer_expire', 'FAILED'],
  ['incompatible_destination', 'FAILED'],
  ['service_unavailable', 'FAILED'],
  ['exchange_routing_error', 'FAILED'],
]);

/**
 * Who ended the dialled leg, and why.
 *
 * Seen from that leg the callee is GenerativeAgent. Its `caller` is the gateway's own `transfer` as much as the
 * customer behind it, and so means the customer only where a leg that came about is over, or was called off. A leg
 * that failed, or was as long as it may be, ended on GenerativeAgent's side: the customer is still there, and must
 * not be taken for one who has gone.
 */
export function whoAndWhy(hangup: Hangup): { by: HangupParty; cause: DisconnectCause } {
  const { hangup_cause = '', hangup_source = '', sip_hangup_cause = '' } = hangup;
  const cause = causeOfWord.get(hangup_cause) ?? sipCause(sip_hangup_cause);
  const wasHungUp = (cause === 'NORMAL' && hangup_cause !== 'time_limit') || cause === 'CANCELLED';
  if (!wasHungUp) return { by: 'GENERATIVE_AGENT', cause };
  return { by: parties.get(hangup_source) ?? 'UNKNOWN', cause };
}

const parties = new Map<string, HangupParty>([
  ['callee', 'GENERATIVE_AGENT'],
  ['caller', 'CUSTOMER'],
]);

function sipCause(status: string): DisconnectCause {
  if (/^(404|5\d\d)$/.test(status)) return 'FAILED';
  return status === '487' ? 'CANCELLED' : (causeOfSip.get(Number(status)) ?? 'NORMAL');
}

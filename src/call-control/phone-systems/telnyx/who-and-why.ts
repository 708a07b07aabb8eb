import { readCause, type DisconnectCause } from '../../../contract/disconnect-cause';
import type { HangupParty } from '../../../contract/telephony-events';

import type { Hangup } from './read';

/**
 * Who ended the dialled leg, and why.
 *
 * Telnyx's own word counts, unless it is a normal one and the SIP status says that the leg never came about.
 *
 * Seen from that leg the callee is GenerativeAgent, and its `caller` is the gateway's own `transfer` as much as the customer
 * behind it. So the leg never says that the customer has gone: that is for the customer's own leg to say. A leg that failed,
 * was called off, or was as long as it may be, ended on GenerativeAgent's side.
 */
export function whoAndWhy(hangup: Hangup): { by: HangupParty; cause: DisconnectCause } {
  const { hangup_cause, hangup_source, sip_hangup_cause } = hangup;
  const word = readCause(hangup_cause) ?? 'NORMAL';
  const cause = word === 'NORMAL' ? (readCause(sip_hangup_cause) ?? word) : word;
  const isOpen = cause === 'NORMAL' && hangup_cause !== 'time_limit' && hangup_source !== 'callee';
  return { by: isOpen ? 'UNKNOWN' : 'GENERATIVE_AGENT', cause };
}

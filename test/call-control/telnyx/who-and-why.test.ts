import { whoAndWhy } from '../../../src/call-control/telnyx/who-and-why';

import { CALLER } from './telnyx-requests';

const said = (hangup_cause?: string, hangup_source?: string, sip_hangup_cause?: string) =>
  whoAndWhy({
    call_control_id: CALLER,
    client_state: undefined,
    hangup_cause,
    hangup_source,
    sip_hangup_cause,
  });

// Cause, source and SIP status as Telnyx says them: who ended the dialled leg, and why.
test.each([
  ['normal_clearing', 'callee', '200', 'GENERATIVE_AGENT', 'NORMAL'],
  ['normal_clearing', 'caller', '200', 'CUSTOMER', 'NORMAL'],
  ['normal_clearing', 'unknown', 'unspecified', 'UNKNOWN', 'NORMAL'],
  ['normal_clearing', undefined, undefined, 'UNKNOWN', 'NORMAL'],
  // Its own word wins over the SIP status.
  ['normal_clearing', 'callee', '486', 'GENERATIVE_AGENT', 'NORMAL'],
  // Nobody hung up.
  ['time_limit', 'caller', '200', 'UNKNOWN', 'NORMAL'],
  ['time_limit', 'unknown', 'unspecified', 'UNKNOWN', 'NORMAL'],
  ['user_busy', 'callee', '486', 'UNKNOWN', 'BUSY'],
  // Our own limit on ringing, and the customer is still there.
  ['timeout', 'caller', '487', 'UNKNOWN', 'NO_ANSWER'],
  ['timeout', 'unknown', 'unspecified', 'UNKNOWN', 'NO_ANSWER'],
  ['no_answer', 'callee', '480', 'UNKNOWN', 'NO_ANSWER'],
  ['no_user_response', 'callee', '408', 'UNKNOWN', 'NO_ANSWER'],
  ['call_rejected', 'callee', '603', 'UNKNOWN', 'REJECTED'],
  ['call_rejected', 'caller', '603', 'UNKNOWN', 'REJECTED'],
  ['originator_cancel', 'caller', '487', 'CUSTOMER', 'CANCELLED'],
  ['originator_cancel', 'unknown', '487', 'UNKNOWN', 'CANCELLED'],
  ['originator_cancel', 'callee', '487', 'UNKNOWN', 'CANCELLED'],
  ['not_found', 'callee', '404', 'UNKNOWN', 'FAILED'],
  ['unallocated_number', 'callee', '404', 'UNKNOWN', 'FAILED'],
  ['invalid_number_format', 'callee', '484', 'UNKNOWN', 'FAILED'],
  ['no_route_destination', 'callee', '404', 'UNKNOWN', 'FAILED'],
  ['destination_out_of_order', 'callee', '502', 'UNKNOWN', 'FAILED'],
  ['network_out_of_order', 'callee', '502', 'UNKNOWN', 'FAILED'],
  ['normal_temporary_failure', 'callee', '503', 'UNKNOWN', 'FAILED'],
  ['normal_circuit_congestion', 'callee', '503', 'UNKNOWN', 'FAILED'],
  ['switch_congestion', 'callee', '503', 'UNKNOWN', 'FAILED'],
  ['recovery_on_timer_expire', 'callee', '504', 'UNKNOWN', 'FAILED'],
  ['incompatible_destination', 'callee', '488', 'UNKNOWN', 'FAILED'],
  ['service_unavailable', 'callee', '503', 'UNKNOWN', 'FAILED'],
  ['exchange_routing_error', 'callee', '483', 'UNKNOWN', 'FAILED'],
  // Without a word of its own the SIP status decides.
  ['unspecified', 'callee', '486', 'UNKNOWN', 'BUSY'],
  ['unspecified', 'callee', '600', 'UNKNOWN', 'BUSY'],
  ['unspecified', 'callee', '408', 'UNKNOWN', 'NO_ANSWER'],
  ['unspecified', 'callee', '480', 'UNKNOWN', 'NO_ANSWER'],
  ['unspecified', 'callee', '403', 'UNKNOWN', 'REJECTED'],
  ['unspecified', 'callee', '603', 'UNKNOWN', 'REJECTED'],
  ['unspecified', 'callee', '404', 'UNKNOWN', 'FAILED'],
  ['unspecified', 'callee', '500', 'UNKNOWN', 'FAILED'],
  ['unspecified', 'callee', '503', 'UNKNOWN', 'FAILED'],
  ['unspecified', 'caller', '487', 'CUSTOMER', 'CANCELLED'],
  ['unspecified', 'caller', 'unspecified', 'CUSTOMER', 'NORMAL'],
  ['unspecified', 'callee', '200', 'GENERATIVE_AGENT', 'NORMAL'],
  // Words that Telnyx does not have today.
  ['a_new_word', 'callee', '486', 'UNKNOWN', 'BUSY'],
  ['a_new_word', 'callee', '299', 'GENERATIVE_AGENT', 'NORMAL'],
  ['a_new_word', 'a_new_party', '5000', 'UNKNOWN', 'NORMAL'],
  [undefined, undefined, undefined, 'UNKNOWN', 'NORMAL'],
])('cause %s, source %s, SIP %s: %s, %s', (cause, source, sip, by, why) => {
  expect(said(cause, source, sip)).toEqual({ by, cause: why });
});

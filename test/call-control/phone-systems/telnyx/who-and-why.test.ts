import { whoAndWhy } from '../../../../src/call-control/phone-systems/telnyx/who-and-why';

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
  // Only the customer's own leg says that the customer has gone.
  ['normal_clearing', 'caller', '200', 'UNKNOWN', 'NORMAL'],
  ['normal_clearing', 'unknown', 'unspecified', 'UNKNOWN', 'NORMAL'],
  ['normal_clearing', undefined, undefined, 'UNKNOWN', 'NORMAL'],
  // A leg that was never answered cannot have ended normally; any other word wins over the SIP status.
  ['normal_clearing', 'callee', '486', 'GENERATIVE_AGENT', 'BUSY'],
  ['normal_clearing', 'caller', '480', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['user_busy', 'callee', '503', 'GENERATIVE_AGENT', 'BUSY'],
  // Nobody hung up.
  ['time_limit', 'caller', '200', 'GENERATIVE_AGENT', 'NORMAL'],
  ['time_limit', 'unknown', 'unspecified', 'GENERATIVE_AGENT', 'NORMAL'],
  ['user_busy', 'callee', '486', 'GENERATIVE_AGENT', 'BUSY'],
  // Our own limit on ringing, and the customer is still there.
  ['timeout', 'caller', '487', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['timeout', 'unknown', 'unspecified', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['no_answer', 'callee', '480', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['no_user_response', 'callee', '408', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['call_rejected', 'callee', '603', 'GENERATIVE_AGENT', 'REJECTED'],
  ['call_rejected', 'caller', '603', 'GENERATIVE_AGENT', 'REJECTED'],
  ['originator_cancel', 'caller', '487', 'GENERATIVE_AGENT', 'CANCELLED'],
  ['originator_cancel', 'unknown', '487', 'GENERATIVE_AGENT', 'CANCELLED'],
  ['originator_cancel', 'callee', '487', 'GENERATIVE_AGENT', 'CANCELLED'],
  ['not_found', 'callee', '404', 'GENERATIVE_AGENT', 'FAILED'],
  ['unallocated_number', 'callee', '404', 'GENERATIVE_AGENT', 'FAILED'],
  ['invalid_number_format', 'callee', '484', 'GENERATIVE_AGENT', 'FAILED'],
  ['no_route_destination', 'callee', '404', 'GENERATIVE_AGENT', 'FAILED'],
  ['destination_out_of_order', 'callee', '502', 'GENERATIVE_AGENT', 'FAILED'],
  ['network_out_of_order', 'callee', '502', 'GENERATIVE_AGENT', 'FAILED'],
  ['normal_temporary_failure', 'callee', '503', 'GENERATIVE_AGENT', 'FAILED'],
  ['normal_circuit_congestion', 'callee', '503', 'GENERATIVE_AGENT', 'FAILED'],
  ['switch_congestion', 'callee', '503', 'GENERATIVE_AGENT', 'FAILED'],
  ['recovery_on_timer_expire', 'callee', '504', 'GENERATIVE_AGENT', 'FAILED'],
  ['incompatible_destination', 'callee', '488', 'GENERATIVE_AGENT', 'FAILED'],
  ['service_unavailable', 'callee', '503', 'GENERATIVE_AGENT', 'FAILED'],
  ['exchange_routing_error', 'callee', '483', 'GENERATIVE_AGENT', 'FAILED'],
  // Without a word of its own the SIP status decides.
  ['unspecified', 'callee', '486', 'GENERATIVE_AGENT', 'BUSY'],
  ['unspecified', 'callee', '600', 'GENERATIVE_AGENT', 'BUSY'],
  ['unspecified', 'callee', '408', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['unspecified', 'callee', '480', 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['unspecified', 'callee', '403', 'GENERATIVE_AGENT', 'REJECTED'],
  ['unspecified', 'callee', '603', 'GENERATIVE_AGENT', 'REJECTED'],
  ['unspecified', 'callee', '404', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'callee', '500', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'callee', '503', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'caller', '487', 'GENERATIVE_AGENT', 'CANCELLED'],
  ['unspecified', 'caller', '488', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'caller', '410', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'unknown', '410', 'GENERATIVE_AGENT', 'FAILED'],
  ['unspecified', 'caller', 'unspecified', 'UNKNOWN', 'NORMAL'],
  ['unspecified', 'callee', '200', 'GENERATIVE_AGENT', 'NORMAL'],
  // Words that Telnyx does not have today.
  ['a_new_word', 'callee', '486', 'GENERATIVE_AGENT', 'BUSY'],
  ['a_new_word', 'callee', '299', 'GENERATIVE_AGENT', 'NORMAL'],
  ['a_new_word', 'a_new_party', '5000', 'UNKNOWN', 'NORMAL'],
  [undefined, undefined, undefined, 'UNKNOWN', 'NORMAL'],
])('cause %s, source %s, SIP %s: %s, %s', (cause, source, sip, by, why) => {
  expect(said(cause, source, sip)).toEqual({ by, cause: why });
});

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

import type { WebhookRequest } from '../../../../src/call-control/index';
import { PUBLIC_URL } from '../../../support/with-gateway';

export const AUTH_TOKEN = '12345';
export const CALL_SID = 'CA1234567890ABCDE1234567890ABCDE12';

/** The parameters of an incoming call, as Twilio sends them. */
export const incoming = {
  AccountSid: 'AC0123456789abcdef0123456789abcdef',
  ApiVersion: '2010-04-01',
  CallSid: CALL_SID,
  CallStatus: 'ringing',
  Called: '+18005551212',
  CalledCity: '',
  CalledCountry: 'US',
  CalledState: 'CA',
  CalledZip: '',
  Caller: '+14158675310',
  CallerCity: 'SAN FRANCISCO',
  CallerCountry: 'US',
  CallerState: 'CA',
  CallerZip: '94105',
  Direction: 'inbound',
  From: '+14158675310',
  FromCity: 'SAN FRANCISCO',
  FromCountry: 'US',
  FromState: 'CA',
  FromZip: '94105',
  To: '+18005551212',
  ToCity: '',
  ToCountry: 'US',
  ToState: 'CA',
  ToZip: '',
};

/** The parameters of the request for the `action` of `<Dial>`. */
export const dialEnded = {
  ...incoming,
  CallStatus: 'in-progress',
  DialCallDuration: '42',
  DialCallSid: 'CAabcdef0123456789abcdef0123456789',
  DialCallStatus: 'completed',
  DialBridged: 'true',
};

/** The parameters of the status callback of the dialled number. */
export const answered = {
  AccountSid: incoming.AccountSid,
  ApiVersion: '2010-04-01',
  CallSid: 'CAabcdef0123456789abcdef0123456789',
  ParentCallSid: CALL_SID,
  CallStatus: 'in-progress',
  CallbackSource: 'call-progress-events',
  Called: '+12005550100',
  Caller: '+14158675310',
  Direction: 'outbound-dial',
  From: '+14158675310',
  SequenceNumber: '2',
  Timestamp: 'Mon, 24 Nov 2025 10:00:00 +0000',
  To: '+12005550100',
};

/** A webhook as the gateway hands it to the phone system. */
export function webhook(
  hook: string,
  parameters: Record<string, string>,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): WebhookRequest {
  return {
    hook,
    url: `${PUBLIC_URL}/twilio/${hook}${query === '' ? '' : `?${query}`}`,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.from(new URLSearchParams(parameters).toString()),
  };
}

/** A webhook as Twilio sends it to `path`, which it knows at the public address. */
export function signedForm(
  path: string,
  parameters: Record<string, string>,
  { token = AUTH_TOKEN, idempotencyToken }: { token?: string; idempotencyToken?: string } = {},
): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams(parameters).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': getExpectedTwilioSignature(token, PUBLIC_URL + path, parameters),
      ...(idempotencyToken === undefined ? {} : { 'i-twilio-idempotency-token': idempotencyToken }),
    },
  };
}

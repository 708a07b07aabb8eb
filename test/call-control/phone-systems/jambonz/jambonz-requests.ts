import { createHmac } from 'node:crypto';

import type { WebhookRequest } from '../../../../src/call-control/index';
import { PUBLIC_URL } from '../../../support/with-gateway';

export const SECRET = 'wh_secret_5tVnbJ7kM8Qz2LxW';
export const CALL_SID = '5d1c2a5e-9a0c-4f2e-8f57-0b6d0b8a4c11';
export const DIALLED_CALL_SID = 'c2f0e2b4-6b1f-4c3a-93a7-6c6f6f6b1d22';

/** What the gateway tags both legs with. */
export const ids = { conversationId: 'conv-1', transferId: 'conv-1-a' };

/** The fields that every webhook has, of the caller's own leg. */
const callersLeg = {
  call_sid: CALL_SID,
  direction: 'inbound',
  from: '+14158675310',
  to: '+18005551212',
  call_id: '8a1f0c3e-2d5b-123d-0a9c-0e5f3b7c9d11',
  sbc_callid: 'f3b7c9d1-8a1f0c3e@192.0.2.7',
  sip_status: 200,
  sip_reason: 'OK',
  call_status: 'in-progress',
  account_sid: '9351f46a-678c-43f5-b8a6-d4eb58d131af',
  trace_id: '4f1b1f2c6a5d3e7b8c9d0a1b2c3d4e5f',
  application_sid: '0e0681b0-d49f-4fb8-b973-b5a3c6758de1',
  fs_sip_address: '10.0.0.12:5060',
  originating_sip_ip: '192.0.2.10',
  originating_sip_trunk_name: 'main-carrier',
  api_base_url: 'https://jambonz.example.com/api/v1',
  fs_public_ip: '192.0.2.20',
};

/** The application's calling webhook, as jambonz sends it for an incoming call. */
export const incoming = {
  ...callersLeg,
  sip_status: 100,
  sip_reason: 'Trying',
  call_status: 'trying',
  caller_id: '+14158675310',
  caller_name: '',
  service_provider_sid: '2708b1b3-2736-40ea-b502-c53d8396247f',
  sip: {
    headers: { from: '"A. Customer" <sip:+14158675310@192.0.2.10>;tag=x1', 'call-id': '8a1f0c3e' },
    body: 'v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\n',
    method: 'INVITE',
    uri: 'sip:+18005551212@jambonz.example.com',
    calledNumber: '+18005551212',
    callingNumber: '+14158675310',
    type: 'request',
    source: 'network',
    source_address: '192.0.2.10',
    source_port: '5060',
    protocol: 'udp',
    payload: [],
  },
  env_vars: { DEFAULT_COUNTRY: 'US' },
  defaults: {
    synthesizer: { vendor: 'google', language: 'en-US', voice: 'en-US-Wavenet-C' },
    recognizer: { vendor: 'google', language: 'en-US' },
  },
};

/** The request for the `actionHook` of `dial`: the dialled leg is over, the caller is on the line. */
export const dialEnded = {
  ...callersLeg,
  customerData: ids,
  dial_call_status: 'completed',
  dial_sip_status: 200,
  dial_call_sid: DIALLED_CALL_SID,
  dial_sbc_callid: '1d2e3f4a@192.0.2.7',
};

/** The application's call status webhook: GenerativeAgent answered the dialled leg. */
export const answered = {
  ...callersLeg,
  call_sid: DIALLED_CALL_SID,
  parent_call_sid: CALL_SID,
  direction: 'outbound',
  from: '+14158675310',
  to: '+12005550100',
  caller_id: '+14158675310',
  customerData: ids,
};

/** The same webhook: the caller's own leg is over. */
export const callerGone = {
  ...callersLeg,
  call_status: 'completed',
  call_termination_by: 'caller',
  duration: 83,
  customerData: ids,
};

/** As a phone call's bytes come over the wire, without a signature. */
export function webhook(
  hook: 'call' | 'dial' | 'routed' | 'status',
  payload: unknown,
  { query = '', headers = {} }: { query?: string; headers?: WebhookRequest['headers'] } = {},
): WebhookRequest {
  return {
    hook,
    url: `${PUBLIC_URL}/jambonz/${hook}${query === '' ? '' : `?${query}`}`,
    query: new URLSearchParams(query),
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)),
  };
}

/** The `v1` of a signature, over exactly these bytes. */
export const hmac = (body: Buffer, seconds: number | string, secret = SECRET): string =>
  createHmac('sha256', secret)
    .update(Buffer.concat([Buffer.from(`${seconds}.`), body]))
    .digest('hex');

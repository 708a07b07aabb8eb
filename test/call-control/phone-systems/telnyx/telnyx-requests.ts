import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import type { WebhookRequest } from '../../../../src/call-control/index';
import { encodeClientState } from '../../../../src/call-control/phone-systems/telnyx/client-state';
import { PUBLIC_URL } from '../../../support/with-gateway';

export const API_KEY = 'KEY0190_of_the_tests';
export const CALLER = 'v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg';
export const DIALLED = 'v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ';
export const SESSION = '428c31b6-abf3-3bc1-b7f4-5013ef9657c1';
const CALLER_LEG = '428c31b6-7af4-4bcb-b7f5-5013ef9657c1';
const AT = '2026-11-24T10:00:00.521992Z';

export const ids = { conversationId: 'conv-1', transferId: 'conv-1-a' };
const stateIds = { callId: SESSION, ...ids };
export const customerState = encodeClientState({ role: 'customer', ...stateIds });
export const agentState = encodeClientState({ role: 'generativeAgent', ...stateIds, customer: CALLER });
export const deskState = (dialled: 'ROUTE' | 'FALLBACK') =>
  encodeClientState({ role: 'desk', ...stateIds, customer: CALLER, dialled });
export const routedState = encodeClientState({ role: 'routed', ...stateIds });

type Payload = Record<string, unknown>;

/** An event in the envelope in which Telnyx sends it. */
export const event = (event_type: string, payload: unknown, more: Payload = {}) => ({
  data: {
    record_type: 'event',
    event_type,
    id: '0ccc7b54-4df3-4bca-a65a-3da1ecc777f0',
    occurred_at: AT,
    payload,
    ...more,
  },
  meta: { attempt: 1, delivered_to: `${PUBLIC_URL}/telnyx/events` },
});
export const occurredAt = AT;

const callersLeg: Payload = {
  call_control_id: CALLER,
  call_leg_id: CALLER_LEG,
  call_session_id: SESSION,
  connection_id: '1289082222292239760',
  from: '+14158675310',
  to: '+18005551212',
  client_state: customerState,
};

const dialledLeg: Payload = {
  ...callersLeg,
  call_control_id: DIALLED,
  call_leg_id: '5b1f6a0e-8b0c-11ef-9d5b-02420aef95a1',
  to: '+12005550100',
  client_state: agentState,
};

/** A call comes in: nobody has named a state yet. */
export const incoming = (more: Payload = {}) =>
  event('call.initiated', {
    ...callersLeg,
    client_state: null,
    direction: 'incoming',
    state: 'parked',
    start_time: '2026-11-24T09:59:58.521992Z',
    caller_id_name: '+14158675310',
    call_screening_result: null,
    tags: [],
    ...more,
  });

/** The dialled leg comes about. */
export const outgoing = (more: Payload = {}) =>
  event('call.initiated', { ...dialledLeg, direction: 'outgoing', state: 'bridging', ...more });

export const callerAnswered = (more: Payload = {}) =>
  event('call.answered', { ...callersLeg, state: 'answered', tags: [], custom_headers: [], ...more });

export const agentAnswered = (more: Payload = {}) =>
  event('call.answered', { ...dialledLeg, state: 'answered', ...more });

export const callerBridged = (more: Payload = {}) =>
  event('call.bridged', { ...callersLeg, state: 'bridged', ...more });

export const agentBridged = (more: Payload = {}) =>
  event('call.bridged', { ...dialledLeg, state: 'bridged', ...more });

const hungUp: Payload = {
  state: 'hangup',
  start_time: '2026-11-24T09:59:58.521992Z',
  end_time: '2026-11-24T10:00:00.521992Z',
  hangup_cause: 'normal_clearing',
  hangup_source: 'callee',
  sip_hangup_cause: '200',
  call_quality_stats: {
    inbound: { jitter_max_variance: '2.74', jitter_packet_count: '0', mos: '4.50', packet_count: '591' },
    outbound: { packet_count: '0', skip_packet_count: '0' },
  },
};

/** The dialled leg is over; with nothing more said, GenerativeAgent hung up. */
export const agentHungUp = (more: Payload = {}) =>
  event('call.hangup', { ...dialledLeg, ...hungUp, ...more });

/** The leg that a `DIAL` route dialled is over. */
export const deskHungUp = (dialled: 'ROUTE' | 'FALLBACK', hangup_cause = 'timeout') =>
  agentHungUp({ client_state: deskState(dialled), hangup_cause, sip_hangup_cause: 'unspecified' });

export const callerHungUp = (more: Payload = {}) =>
  event('call.hangup', { ...callersLeg, ...hungUp, hangup_source: 'caller', ...more });

/** As the bytes come over the wire, without a signature. */
export function webhook(
  payload: unknown,
  { query = '', headers = {} }: { query?: string; headers?: WebhookRequest['headers'] } = {},
): WebhookRequest {
  return {
    hook: 'events',
    url: `${PUBLIC_URL}/telnyx/events${query === '' ? '' : `?${query}`}`,
    query: new URLSearchParams(query),
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)),
  };
}

/** A key pair of an account, the public one as Telnyx's portal shows it. */
export function keyPair(): { publicKey: string; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return { publicKey: Buffer.from(x, 'base64url').toString('base64'), privateKey };
}

/** The headers of a signature over exactly these bytes. */
export const signed = (body: Buffer, seconds: number, privateKey: KeyObject) => ({
  'telnyx-timestamp': `${seconds}`,
  'telnyx-signature-ed25519': sign(
    null,
    Buffer.concat([Buffer.from(`${seconds}|`), body]),
    privateKey,
  ).toString('base64'),
});

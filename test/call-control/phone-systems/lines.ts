/** How each phone system tells of a call, and how its instructions are read: for tests that play calls on all of them. */
import { validateApp } from '@jambonz/schema';

import {
  decodeClientState,
  encodeClientState,
} from '../../../src/call-control/phone-systems/telnyx/client-state';
import { type Answer } from '../../support/with-gateway';

import * as ofJambonz from './jambonz/jambonz-requests';
import * as ofTelnyx from './telnyx/telnyx-requests';
import * as ofTwilio from './twilio/twilio-requests';

/** A webhook, to be sent as often as one likes. */
export interface Sent {
  path: string;
  fields: Record<string, unknown>;
  request: RequestInit;
  /** Whether the caller hears nothing unless it is answered with something to do, the first time that it is sent. */
  waits: boolean;
  /** The leg that it ends. */
  ends?: string;
}

export interface Dialled {
  number: string;
  transferId: string;
  /** What the phone system gives back in later webhooks. */
  handle: Record<string, string>;
}

/** What a phone system was told to do. */
export interface Told {
  /** Empty if nothing. */
  text: string;
  /** What to dial, if that is it. */
  dialled?: Dialled | undefined;
}

/** How a phone system tells of a call. */
export interface Line {
  /** The caller is sent to the gateway, for the n-th time. */
  visit: (call: string, visit: number) => Sent;
  connected: (call: string, leg: Dialled) => Sent;
  /** GenerativeAgent's leg is over, and the caller is there. */
  ended: (call: string, leg: Dialled) => Sent;
  /** GenerativeAgent's number is busy. */
  busy: (call: string, leg: Dialled) => Sent;
  callerLeft: (call: string, leg: Dialled | undefined) => Sent;
  /** A leg of a call that nobody knows is over. */
  stranger: (call: string) => Sent;
  /** The same webhook without a field, signed anew. */
  without: (sent: Sent, field: string) => Sent;
  /** What the phone system is told since it was asked last. Fails if it could not carry it out. */
  told: (answer: Answer, call: string) => Told;
}

/** How a caller whose leg is over is told of by each: whatever the ids. */
const STRANGER: Dialled = {
  number: '',
  transferId: 'nobody.1',
  handle: { conversationId: 'nobody', transferId: 'nobody.1' },
};

export const twilioLine = (): Line => {
  const form = (
    path: string,
    fields: Record<string, unknown>,
    more: Partial<Sent> & { idempotencyToken?: string } = {},
  ): Sent => {
    const { idempotencyToken, ...sent } = more;
    const headers = idempotencyToken === undefined ? {} : { idempotencyToken };
    const request = ofTwilio.signedForm(path, fields as Record<string, string>, headers);
    return { path, fields, request, waits: false, ...sent };
  };
  const query = ({ handle }: Dialled) => new URLSearchParams(handle).toString();
  const over = (call: string, leg: Dialled, more: object) =>
    form(
      `/twilio/dial?${query(leg)}`,
      { ...ofTwilio.dialEnded, CallSid: call, ...more },
      { waits: true, ends: leg.transferId },
    );
  return {
    visit: (call, visit) =>
      form(
        '/twilio/voice',
        { ...ofTwilio.incoming, CallSid: call },
        { waits: true, idempotencyToken: `${call}-token-${visit}` },
      ),
    connected: (call, leg) =>
      form(`/twilio/status?${query(leg)}`, { ...ofTwilio.answered, ParentCallSid: call }),
    ended: (call, leg) => over(call, leg, {}),
    busy: (call, leg) => over(call, leg, { DialCallStatus: 'busy', DialBridged: 'false' }),
    callerLeft: (call) =>
      form('/twilio/status', { ...ofTwilio.incoming, CallSid: call, CallStatus: 'completed' }),
    stranger: (call) => over(call, STRANGER, {}),
    without: ({ path, fields }, field) => {
      const { [field]: _left, ...others } = fields;
      // Whose call it is nobody could say.
      return form(path, field === 'CallSid' ? fields : others);
    },
    told: ({ status, text }) => {
      if (status !== 200 || text.includes('<Response/>')) return { text: '' };
      expect(text).toMatch(ONE_VERB);
      const number = /<Number[^>]*>([^<]+)<\/Number>/.exec(text)?.[1];
      const action = (/action="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&');
      if (number === undefined) return { text };
      const handle = Object.fromEntries(new URL(action).searchParams);
      return { text, dialled: { number, transferId: handle['transferId'] ?? '', handle } };
    },
  };
};

/** One verb that keeps the caller on the line or ends the call, whole, or none. */
export const ONE_VERB =
  // eslint-disable-next-line no-control-regex
  /^<\?xml [^>]*\?><Response(\/>|>(<Dial [^<>]*><(Number|Sip)( [^<>]*)?>[^<>]+<\/\3><\/Dial>|<Enqueue>[^<>\x00-\x08\x0b\x0c\x0e-\x1f]+<\/Enqueue>|<Redirect[^<>]*>[^<>]+<\/Redirect>|<Hangup\/>)<\/Response>)$/;

export const jambonzLine = (): Line => {
  const post = (
    path: string,
    fields: Record<string, unknown>,
    more: Partial<Sent> & { inSeconds?: number } = {},
  ): Sent => {
    const { inSeconds = 0, ...sent } = more;
    const text = JSON.stringify(fields);
    const seconds = Math.floor(Date.now() / 1000) + inSeconds;
    const signature = `t=${seconds},v1=${ofJambonz.hmac(Buffer.from(text), seconds)}`;
    const headers = { 'content-type': 'application/json', 'jambonz-signature': signature };
    return { path, fields, request: { method: 'POST', headers, body: text }, waits: false, ...sent };
  };
  const over = (call: string, { handle, transferId }: Dialled, more: object) =>
    post(
      `/jambonz/dial?${new URLSearchParams(handle).toString()}`,
      { ...ofJambonz.dialEnded, call_sid: call, customerData: handle, ...more },
      { waits: true, ends: transferId },
    );
  return {
    visit: (call, visit) =>
      post(
        '/jambonz/call',
        { ...ofJambonz.incoming, call_sid: call },
        { waits: true, inSeconds: visit % 200 },
      ),
    connected: (call, { handle }) =>
      post('/jambonz/status', { ...ofJambonz.answered, parent_call_sid: call, customerData: handle }),
    ended: (call, leg) => over(call, leg, {}),
    busy: (call, leg) => over(call, leg, { dial_call_status: 'busy', dial_sip_status: 486 }),
    callerLeft: (call) =>
      post('/jambonz/status', { ...ofJambonz.callerGone, call_sid: call, customerData: {} }),
    stranger: (call) => over(call, STRANGER, {}),
    without: ({ path, fields }, field) => {
      const { [field]: _left, ...others } = fields;
      return post(path, field === 'call_sid' ? fields : others);
    },
    told: ({ status, json, text }) => {
      const verbs = Array.isArray(json) ? (json as Record<string, unknown>[]) : [];
      if (status !== 200 || verbs.length === 0) return { text: '' };
      expect(validateApp(verbs)).toEqual({ valid: true, errors: [] });
      const dial = verbs.find(({ verb }) => verb === 'dial');
      const handle = dial?.['tag'] as Record<string, string> | undefined;
      const [target] = (dial?.['target'] ?? []) as { number?: string }[];
      if (handle === undefined || target?.number === undefined) return { text };
      return { text, dialled: { number: target.number, transferId: handle['transferId'] ?? '', handle } };
    },
  };
};

export const telnyxLine = (
  received: readonly { path: string; body: Record<string, unknown> }[],
  privateKey: ReturnType<typeof ofTelnyx.keyPair>['privateKey'],
): Line => {
  type TelnyxEvent = ReturnType<typeof ofTelnyx.incoming>;
  const post = (event: TelnyxEvent, more: Partial<Sent> = {}): Sent => {
    const body = Buffer.from(JSON.stringify(event));
    const headers = {
      'content-type': 'application/json',
      ...ofTelnyx.signed(body, Math.floor(Date.now() / 1000), privateKey),
    };
    const request = { method: 'POST', headers, body: new Uint8Array(body) };
    const fields = event.data.payload as Record<string, unknown>;
    const sent = { path: '/telnyx/events', fields, request, waits: false, ...more };
    events.set(sent, event);
    return sent;
  };
  const events = new Map<Sent, TelnyxEvent>();
  const idsOf = (call: string) => ({ call_control_id: `v3:${call}`, call_session_id: call });
  const toldTo = (call: string) =>
    received.filter(({ path }) => decodeURIComponent(path).includes(`v3:${call}/`));
  /** How much a call had been told when it was last looked at. */
  const seen = new Map<string, number>();
  const over = (call: string, { handle, transferId }: Dialled, more: object) =>
    post(ofTelnyx.agentHungUp({ call_session_id: call, client_state: handle['agent'], ...more }), {
      waits: true,
      ends: transferId,
    });
  return {
    visit: (call, visit) => {
      const answered = toldTo(call).find(({ path }) => path.endsWith('/answer'));
      const ids = idsOf(call);
      if (answered === undefined) return post(ofTelnyx.incoming(ids), { waits: visit === 1 });
      const { client_state } = answered.body;
      // A call has one visit: what comes after it is the same once more.
      return post(ofTelnyx.callerAnswered({ ...ids, client_state }), { waits: visit === 2 });
    },
    connected: (call, { handle }) =>
      post(ofTelnyx.agentAnswered({ call_session_id: call, client_state: handle['agent'] })),
    ended: (call, leg) => over(call, leg, {}),
    busy: (call, leg) => over(call, leg, { hangup_cause: 'user_busy', sip_hangup_cause: '486' }),
    callerLeft: (call, leg) =>
      post(ofTelnyx.callerHungUp({ ...idsOf(call), client_state: leg?.handle['customer'] ?? null })),
    stranger: (call) => {
      const state = { callId: call, conversationId: 'nobody', transferId: 'nobody.1' };
      const agent = encodeClientState({ role: 'generativeAgent', ...state, customer: `v3:${call}` });
      return over(call, { ...STRANGER, handle: { agent } }, {});
    },
    without: (sent, field) => {
      const event = events.get(sent);
      if (event === undefined) return sent;
      const { [field]: _left, ...payload } = event.data.payload as Record<string, unknown>;
      return post({ ...event, data: { ...event.data, payload } });
    },
    told: (_answer, call) => {
      const all = toldTo(call);
      const told = all.slice(seen.get(call) ?? 0);
      seen.set(call, all.length);
      const [first] = told;
      if (first === undefined) return { text: '' };
      expect(told).toHaveLength(1);
      const { path, body } = first;
      const action = path.split('/').at(-1) ?? '';
      expect(['answer', 'transfer', 'enqueue', 'hangup']).toContain(action);
      const text = `${action} ${JSON.stringify(body['to'] ?? body['queue_name'] ?? null)}`;
      const state = body['target_leg_client_state'];
      if (typeof state !== 'string') return { text };
      const transferId = decodeClientState(state)?.transferId ?? '';
      const handle = { agent: state, customer: String(body['client_state']) };
      return { text, dialled: { number: String(body['to']), transferId, handle } };
    },
  };
};

/**
 * Webhooks as phone systems may send them: in any order, more than once, after the end, with fields missing. Whatever comes, no
 * answer is a fault of the gateway's, and whoever talks with GenerativeAgent is left where they are.
 */
import type { PhoneSystem } from '../../../src/call-control/phone-system';
import { jambonz } from '../../../src/call-control/phone-systems/jambonz/index';
import { twilio } from '../../../src/call-control/phone-systems/twilio/index';
import { unhurried } from '../../support/unhurried';
import { uniqueId } from '../../support/unique-id';
import { callTransferForFile } from '../../support/with-call-transfer';
import { phoneSystemSettings, PUBLIC_URL, withGateway, type Answer } from '../../support/with-gateway';

import * as ofJambonz from './jambonz/jambonz-requests';
import * as ofTelnyx from './telnyx/telnyx-requests';
import { withTelnyxApi } from './telnyx/with-telnyx-api';
import * as ofTwilio from './twilio/twilio-requests';

/** Set it to have a run's disorder again. */
const SEED = Number(process.env['WEBHOOKS_SEED'] ?? Date.now() % 1_000_000);
/** For each phone system. */
const WEBHOOKS = Number(process.env['WEBHOOKS'] ?? 120);
const CALLS_AT_ONCE = 3;

const callTransfer = callTransferForFile();

/** A webhook, to be sent as often as one likes. */
interface Sent {
  path: string;
  fields: Record<string, unknown>;
  request: RequestInit;
}

/** How a phone system tells of a call. */
interface Line {
  /** The caller is sent to the gateway, for the n-th time. */
  visit: (call: string, visit: number) => Sent;
  /** What the answer says to dial, where it does. */
  dialIn: (answer: Answer, call: string) => Dialled | undefined;
  connected: (call: string, leg: Dialled) => Sent;
  /** GenerativeAgent's leg is over, and the caller is there. */
  ended: (call: string, leg: Dialled) => Sent;
  callerLeft: (call: string, leg: Dialled | undefined) => Sent;
  /** The same webhook without a field, signed anew. */
  without: (sent: Sent, field: string) => Sent;
  /** Whether an answer, or what was told with it, does something to the call. */
  moves: (answer: Answer, call: string) => boolean;
}

interface Dialled {
  number: string;
  transferId: string;
  /** What the phone system gives back in later webhooks. */
  handle: Record<string, string>;
}

/** Numbers that the seed repeats. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @returns how many webhooks were answered, each as it must be */
async function play(
  line: Line,
  send: (path: string, request: RequestInit) => Promise<Answer>,
): Promise<number> {
  const { sandbox } = callTransfer();
  const random = randomOf(SEED);
  const calls = Array.from({ length: CALLS_AT_ONCE }, () => newCall());
  function newCall() {
    return {
      id: uniqueId('call'),
      visits: 0,
      leg: undefined as Dialled | undefined,
      talks: false,
      sent: [] as Sent[],
    };
  }

  let answers = 0;
  for (let count = 0; count < WEBHOOKS; count++) {
    const call = calls[random(calls.length)] as (typeof calls)[number];
    const choice = random(8);
    const { leg } = call;
    let next: Sent | undefined;
    let isLoose = false;
    if (choice <= 1 && !call.talks) next = line.visit(call.id, ++call.visits);
    else if (choice === 2 && leg !== undefined && !call.talks) {
      const { transfers } = sandbox.exchange;
      const transfer = transfers.get(leg.transferId);
      if (transfer !== undefined && sandbox.exchange.status(transfer) === 'ACTIVE') {
        sandbox.exchange.callArrives(leg.number);
        next = line.connected(call.id, leg);
      }
    } else if (choice === 3 && leg !== undefined && call.talks) {
      sandbox.exchange.aiEnds(leg.transferId, { transferType: random(2) === 0 ? 'AGENT' : 'SYSTEM' });
      call.talks = false;
      next = line.ended(call.id, leg);
      call.leg = undefined;
    } else if (choice === 4 && random(4) === 0) {
      if (leg !== undefined && call.talks) sandbox.exchange.callerHangsUp(leg.transferId);
      next = line.callerLeft(call.id, leg);
      calls[calls.indexOf(call)] = newCall();
      call.talks = false;
    } else {
      next = call.sent[random(Math.max(1, call.sent.length))];
      if (next !== undefined && choice === 7) {
        const names = Object.keys(next.fields);
        next = line.without(next, names[random(names.length)] ?? '');
        isLoose = true;
      }
    }
    if (next === undefined) continue;
    const { talks } = call;
    const answer = await send(next.path, next.request);
    answers++;
    const what = `${next.path} ${JSON.stringify(next.fields)}: ${answer.status} ${answer.text}`;
    expect(answer.status < 500 ? '' : what).toBe('');
    if (!isLoose) {
      expect(answer.status === 200 || answer.status === 404 ? '' : what).toBe('');
      call.sent.push(next);
    }
    const isMoved = line.moves(answer, call.id);
    const dialled = line.dialIn(answer, call.id);
    if (talks) expect(isMoved ? what : '').toBe('');
    else if (dialled !== undefined) call.leg = dialled;
    if (choice === 2 && leg !== undefined && next === call.sent.at(-1)) call.talks = true;
  }
  return answers;
}

const twilioLine = (): Line => {
  const form = (path: string, fields: Record<string, unknown>, idempotencyToken?: string): Sent => ({
    path,
    fields,
    request: ofTwilio.signedForm(
      path,
      fields as Record<string, string>,
      idempotencyToken === undefined ? {} : { idempotencyToken },
    ),
  });
  const query = ({ handle }: Dialled) => new URLSearchParams(handle).toString();
  return {
    visit: (call, visit) =>
      form('/twilio/voice', { ...ofTwilio.incoming, CallSid: call }, `${call}-token-${visit}`),
    dialIn: ({ text }) => {
      const number = /<Number[^>]*>([^<]+)<\/Number>/.exec(text)?.[1];
      const action = (/action="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&');
      const handle = Object.fromEntries(new URL(action === '' ? PUBLIC_URL : action).searchParams);
      return number === undefined ? undefined : { number, transferId: handle['transferId'] ?? '', handle };
    },
    connected: (call, leg) =>
      form(`/twilio/status?${query(leg)}`, { ...ofTwilio.answered, ParentCallSid: call }),
    ended: (call, leg) => form(`/twilio/dial?${query(leg)}`, { ...ofTwilio.dialEnded, CallSid: call }),
    callerLeft: (call) =>
      form('/twilio/status', { ...ofTwilio.incoming, CallSid: call, CallStatus: 'completed' }),
    without: ({ path, fields }, field) => {
      const { [field]: _left, ...others } = fields;
      // Whose call it is nobody could say.
      return form(path, field === 'CallSid' ? fields : others);
    },
    moves: ({ text }) => !text.includes('<Response/>') && text.startsWith('<?xml'),
  };
};

const jambonzLine = (): Line => {
  const post = (path: string, fields: Record<string, unknown>, inSeconds = 0): Sent => {
    const text = JSON.stringify(fields);
    const seconds = Math.floor(Date.now() / 1000) + inSeconds;
    const signature = `t=${seconds},v1=${ofJambonz.hmac(Buffer.from(text), seconds)}`;
    const headers = { 'content-type': 'application/json', 'jambonz-signature': signature };
    return { path, fields, request: { method: 'POST', headers, body: text } };
  };
  return {
    visit: (call, visit) => post('/jambonz/call', { ...ofJambonz.incoming, call_sid: call }, visit % 200),
    dialIn: ({ json }) => {
      const verbs = Array.isArray(json) ? (json as Record<string, unknown>[]) : [];
      const dial = verbs.find(({ verb }) => verb === 'dial');
      const handle = dial?.['tag'] as Record<string, string> | undefined;
      const [target] = (dial?.['target'] ?? []) as { number?: string }[];
      if (handle === undefined || target?.number === undefined) return undefined;
      return { number: target.number, transferId: handle['transferId'] ?? '', handle };
    },
    connected: (call, { handle }) =>
      post('/jambonz/status', { ...ofJambonz.answered, parent_call_sid: call, customerData: handle }),
    ended: (call, { handle }) =>
      post(`/jambonz/dial?${new URLSearchParams(handle).toString()}`, {
        ...ofJambonz.dialEnded,
        call_sid: call,
        customerData: handle,
      }),
    callerLeft: (call) =>
      post('/jambonz/status', { ...ofJambonz.callerGone, call_sid: call, customerData: {} }),
    without: ({ path, fields }, field) => {
      const { [field]: _left, ...others } = fields;
      return post(path, field === 'call_sid' ? fields : others);
    },
    moves: ({ json }) => Array.isArray(json) && json.length > 0,
  };
};

const telnyxLine = (
  received: readonly { path: string; body: Record<string, unknown> }[],
  privateKey: ReturnType<typeof ofTelnyx.keyPair>['privateKey'],
): Line => {
  const post = (event: unknown, fields = (event as { data: { payload: object } }).data.payload): Sent => {
    const body = Buffer.from(JSON.stringify(event));
    const headers = {
      'content-type': 'application/json',
      ...ofTelnyx.signed(body, Math.floor(Date.now() / 1000), privateKey),
    };
    const request = { method: 'POST', headers, body: new Uint8Array(body) };
    return { path: '/telnyx/events', fields: { ...fields }, request };
  };
  const idsOf = (call: string) => ({ call_control_id: `v3:${call}`, call_session_id: call });
  /** What was told of a call before an answer was looked at. */
  const seen = new Map<string, number>();
  const toldTo = (call: string) =>
    received.filter(
      ({ path }) => path.includes(encodeURIComponent(`v3:${call}`)) || path.includes(`v3:${call}/`),
    );
  const events = new Map<Sent, { data: { payload: Record<string, unknown> } }>();
  const kept = (event: ReturnType<typeof ofTelnyx.incoming>): Sent => {
    const sent = post(event);
    events.set(sent, event as never);
    return sent;
  };
  return {
    visit: (call, visit) => {
      const answered = toldTo(call).find(({ path }) => path.endsWith('/answer'));
      const ids = idsOf(call);
      if (visit === 1 || answered === undefined) return kept(ofTelnyx.incoming(ids));
      return kept(ofTelnyx.callerAnswered({ ...ids, client_state: answered.body['client_state'] }));
    },
    dialIn: (_answer, call) => {
      const last = toldTo(call).at(-1);
      const isNew = toldTo(call).length > (seen.get(call) ?? 0);
      seen.set(call, toldTo(call).length);
      if (!isNew || last === undefined || !last.path.endsWith('/transfer')) return undefined;
      const state = String(last.body['target_leg_client_state']);
      const { transferId } = JSON.parse(Buffer.from(state, 'base64').toString()) as { transferId: string };
      return {
        number: String(last.body['to']),
        transferId,
        handle: { agent: state, customer: String(last.body['client_state']) },
      };
    },
    connected: (call, { handle }) =>
      kept(ofTelnyx.agentAnswered({ call_session_id: call, client_state: handle['agent'] })),
    ended: (call, { handle }) =>
      kept(ofTelnyx.agentHungUp({ call_session_id: call, client_state: handle['agent'] })),
    callerLeft: (call, leg) =>
      kept(ofTelnyx.callerHungUp({ ...idsOf(call), client_state: leg?.handle['customer'] ?? null })),
    without: (sent, field) => {
      const event = events.get(sent);
      if (event === undefined) return sent;
      const { [field]: _left, ...payload } = event.data.payload;
      return post({ ...event, data: { ...event.data, payload } });
    },
    moves: (_answer, call) => toldTo(call).length > (seen.get(call) ?? 0),
  };
};

describe(`webhooks in any order, more than once, with fields missing (seed ${SEED})`, () => {
  const through = async (phoneSystem: PhoneSystem, line: Line): Promise<void> => {
    const setup = { client: callTransfer().client, phoneSystems: [phoneSystem], ...unhurried.gateway };
    const answered = await withGateway(setup, ({ send }) => play(line, send));
    expect(answered).toBeGreaterThan(WEBHOOKS / 3);
  };

  it('of Twilio', async () => {
    await through(twilio({ ...phoneSystemSettings, authTokens: [ofTwilio.AUTH_TOKEN] }), twilioLine());
    expect.hasAssertions();
  }, 600_000);

  it('of jambonz', async () => {
    await through(jambonz({ ...phoneSystemSettings, secrets: [ofJambonz.SECRET] }), jambonzLine());
    expect.hasAssertions();
  }, 600_000);

  it('of Telnyx', async () => {
    const { publicKey, privateKey } = ofTelnyx.keyPair();
    await withTelnyxApi((api) =>
      through(api.system({ publicKeys: [publicKey] }), telnyxLine(api.received, privateKey)),
    );
    expect.hasAssertions();
  }, 600_000);
});

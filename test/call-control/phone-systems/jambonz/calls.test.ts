import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { eventually } from '../../../support/calls';
import { forFile } from '../../../support/for-file';
import { unhurried } from '../../../support/unhurried';
import { uniqueId } from '../../../support/unique-id';
import { callTransferForFile, type CallTransferUnderTest } from '../../../support/with-call-transfer';
import {
  phoneSystemSettings,
  PUBLIC_URL,
  withGateway,
  type Answer,
  type GatewayUnderTest,
} from '../../../support/with-gateway';

import { answered, callerGone, dialEnded, incoming, hmac, SECRET } from './jambonz-requests';

interface JambonzUnderTest extends CallTransferUnderTest, GatewayUnderTest {
  callSid: string;
  /** A webhook as jambonz sends it, signed so many seconds from now. */
  post: (path: string, payload: object, inSeconds?: number) => Promise<Answer>;
}

const callTransfer = callTransferForFile();
const gateway = forFile<GatewayUnderTest>((body) => {
  const phoneSystems = [jambonz({ ...phoneSystemSettings, secrets: [SECRET] })];
  return withGateway({ client: callTransfer().client, phoneSystems, ...unhurried.gateway }, body);
});

const withJambonz = <T>(body: (underTest: JambonzUnderTest) => Promise<T>) => {
  const callSid = uniqueId('call');
  const begun = Date.now();
  const post: JambonzUnderTest['post'] = (path, payload, inSeconds = 0) => {
    const text = JSON.stringify({ ...payload, call_sid: callSid });
    const seconds = Math.floor(begun / 1000) + inSeconds;
    const signature = `t=${seconds},v1=${hmac(Buffer.from(text), seconds)}`;
    const headers = { 'content-type': 'application/json', 'jambonz-signature': signature };
    return gateway().send(path, { method: 'POST', headers, body: text });
  };
  return body({ ...callTransfer(), ...gateway(), callSid, post });
};

interface Verb {
  verb: string;
  target?: { number: string }[];
  actionHook?: string;
  tag?: { conversationId: string; transferId: string };
  data?: Record<string, unknown>;
}

/** What jambonz is told to dial, what the call is tagged with, and where jambonz calls back. */
function dialIn({ json }: Answer) {
  const [tag, dial] = json as Verb[];
  return {
    number: dial?.target?.[0]?.number ?? '',
    action: (dial?.actionHook ?? '').replace(PUBLIC_URL, '').replace(/#.*/, ''),
    legTags: dial?.tag ?? { conversationId: '', transferId: '' },
    callTags: tag?.data ?? {},
  };
}

test('a call is dialled, connected, sent on, and connected with GenerativeAgent once more', async () => {
  await withJambonz(async ({ post, sandbox, client, callSid }) => {
    const first = dialIn(await post('/jambonz/call', incoming));
    sandbox.exchange.callArrives(first.number);
    const told = await post('/jambonz/status', { ...answered, customerData: first.legTags });
    expect([told.status, told.json]).toEqual([200, []]);
    sandbox.exchange.aiEnds(first.legTags.transferId, { transferType: 'SYSTEM' });
    const onward = await post(first.action, { ...dialEnded, customerData: first.callTags });
    expect(onward.json).toMatchObject([{ verb: 'redirect' }]);

    const again = { ...incoming, call_status: 'in-progress', customerData: first.callTags };
    const second = dialIn(await post('/jambonz/call', again));
    expect(second.legTags).toMatchObject({ conversationId: callSid });
    expect(second.legTags.transferId).not.toBe(first.legTags.transferId);
    sandbox.exchange.callArrives(second.number);
    sandbox.exchange.aiEnds(second.legTags.transferId, { transferType: 'AGENT' });
    const end = await post(second.action, { ...dialEnded, customerData: second.callTags });
    expect(end.json).toEqual([{ verb: 'enqueue', name: 'agents' }]);
    const { transferId } = second.legTags;
    expect(await client.result(callSid)).toMatchObject({ transferId, outcome: 'AGENT' });
  });
});

test('a caller who hangs up before anything is dialled is heard', async () => {
  await withJambonz(async ({ post, client, callSid }) => {
    const { callTags } = dialIn(await post('/jambonz/call', incoming));
    expect((await post('/jambonz/status', { ...callerGone, customerData: callTags })).status).toBe(200);
    const decision = await eventually(async () => (await client.conversation(callSid)).decision ?? undefined);
    expect(decision.outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('a flow that puts its own tags in place of the gateway’s gets a new leg each time', async () => {
  await withJambonz(async ({ post, sandbox }) => {
    const visits = [0, 1, 2].map((visit) => ({ ...incoming, customerData: { flow: 'billing' }, visit }));
    const legs: string[] = [];
    for (const [visit, payload] of visits.entries()) {
      const { number, action, legTags, callTags } = dialIn(await post('/jambonz/call', payload, visit));
      expect(callTags).toMatchObject({ flow: 'billing' });
      legs.push(legTags.transferId);
      sandbox.exchange.callArrives(number);
      sandbox.exchange.aiEnds(legTags.transferId, { transferType: 'SYSTEM' });
      const onward = await post(action, { ...dialEnded, customerData: { flow: 'billing' } });
      expect(onward.json).toMatchObject([{ verb: 'redirect' }]);
    }
    expect(new Set(legs).size).toBe(3);
  });
});

test('a webhook that comes twice: the same number while it may be dialled, and nothing for whoever talks', async () => {
  await withJambonz(async ({ post, sandbox }) => {
    const { number, action, legTags } = dialIn(await post('/jambonz/call', incoming));
    // Sent again by jambonz, which signs it anew.
    expect(dialIn(await post('/jambonz/call', incoming, 1)).number).toBe(number);
    sandbox.exchange.callArrives(number);
    await post('/jambonz/status', { ...answered, customerData: legTags });
    for (const inSeconds of [0, 1, 2]) {
      const again = await post('/jambonz/call', incoming, inSeconds);
      expect([again.status, again.json]).toEqual([200, []]);
    }
    sandbox.exchange.aiEnds(legTags.transferId, { transferType: 'AGENT' });
    const end = await post(action, { ...dialEnded, customerData: legTags });
    expect(end.json).toEqual([{ verb: 'enqueue', name: 'agents' }]);
    expect((await post('/jambonz/call', incoming)).json).toEqual([]);
  });
});

test('a caller whose webhook cannot be read is queued', async () => {
  await withJambonz(async () => {
    const text = JSON.stringify({ ...incoming, call_sid: '' });
    const seconds = Math.floor(Date.now() / 1000);
    const signature = `t=${seconds},v1=${hmac(Buffer.from(text), seconds)}`;
    const headers = { 'content-type': 'application/json', 'jambonz-signature': signature };
    const unread = await gateway().send('/jambonz/call', { method: 'POST', headers, body: text });
    expect([unread.status, unread.json]).toEqual([200, [{ verb: 'enqueue', name: 'fallback' }]]);
  });
});

test('a caller who hangs up while a number is requested, before any tag, is heard', async () => {
  await withJambonz(async ({ post, client, callSid }) => {
    await post('/jambonz/call', incoming);
    await post('/jambonz/status', { ...callerGone, customerData: undefined });
    const decision = await eventually(async () => (await client.conversation(callSid)).decision ?? undefined);
    expect(decision.outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('a status of a call that is none of the gateway, and one about nobody', async () => {
  await withJambonz(async ({ post }) => {
    expect((await post('/jambonz/status', { ...answered, customerData: {} })).status).toBe(200);
    const customerData = { conversationId: 'nobody', transferId: 'nobody' };
    expect((await post('/jambonz/status', { ...answered, customerData })).status).toBe(404);
  });
});

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
  /** A webhook as jambonz sends it. */
  post: (path: string, payload: object) => Promise<Answer>;
}

const callTransfer = callTransferForFile(unhurried);
const gateway = forFile<GatewayUnderTest>((body) => {
  const phoneSystems = [jambonz({ ...phoneSystemSettings, secrets: [SECRET] })];
  return withGateway({ client: callTransfer().client, phoneSystems, ...unhurried.gateway }, body);
});

const withJambonz = <T>(body: (underTest: JambonzUnderTest) => Promise<T>) => {
  const callSid = uniqueId('call');
  const post: JambonzUnderTest['post'] = (path, payload) => {
    const text = JSON.stringify({ ...payload, call_sid: callSid });
    const seconds = Math.floor(Date.now() / 1000);
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
    expect(second.legTags).toMatchObject({ conversationId: callSid, transferId: `${callSid}.2` });
    sandbox.exchange.callArrives(second.number);
    sandbox.exchange.aiEnds(second.legTags.transferId, { transferType: 'AGENT' });
    const end = await post(second.action, { ...dialEnded, customerData: second.callTags });
    expect(end.json).toEqual([{ verb: 'enqueue', name: 'agents' }]);
    expect(await client.result(callSid)).toMatchObject({ transferId: `${callSid}.2`, outcome: 'AGENT' });
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

test('a status of a call that is none of the gateway, and one about nobody', async () => {
  await withJambonz(async ({ post }) => {
    expect((await post('/jambonz/status', { ...answered, customerData: {} })).status).toBe(200);
    const customerData = { conversationId: 'nobody', transferId: 'nobody' };
    expect((await post('/jambonz/status', { ...answered, customerData })).status).toBe(404);
  });
});

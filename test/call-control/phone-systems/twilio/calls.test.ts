import { eventually } from '../../../support/calls';
import { forFile } from '../../../support/for-file';
import { unhurried } from '../../../support/unhurried';
import {
  callTransferForFile,
  withCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from '../../../support/with-call-transfer';
import { withGateway, type Answer, type GatewayUnderTest } from '../../../support/with-gateway';
import { withRealServer } from '../../../support/with-temporal';

import { answered, dialEnded, incoming, signedForm } from './twilio-requests';
import { dialIn, twilioSystem, withTwilioCall, type TwilioUnderTest } from './with-twilio';

const callTransfer = callTransferForFile();
const gatewayTo = <T>({ client }: CallTransferUnderTest, body: (gateway: GatewayUnderTest) => Promise<T>) =>
  withGateway({ client, phoneSystems: [twilioSystem()], ...unhurried.gateway }, body);
const gateway = forFile<GatewayUnderTest>((body) => gatewayTo(callTransfer(), body));

/** A call of its own, on the worker and the gateway of the file. */
const withTwilio = <T>(body: (underTest: TwilioUnderTest) => Promise<T>) =>
  withTwilioCall({ ...callTransfer(), ...gateway() }, body);

/** The same with a worker of another setup. */
const withOtherTwilio = <T>(setup: CallTransferSetup, body: (underTest: TwilioUnderTest) => Promise<T>) =>
  withRealServer({}, (env) =>
    withCallTransfer(env, setup, (underTest) =>
      gatewayTo(underTest, (own) => withTwilioCall({ ...underTest, ...own }, body)),
    ),
  );

test('a call is dialled, connected, and queued for an agent when GenerativeAgent hangs up', async () => {
  await withTwilio(async ({ post, sandbox, client, callSid }) => {
    const { number, action, statusCallback, transferId } = dialIn(
      await post('/twilio/voice', incoming, 'token-1'),
    );
    sandbox.exchange.callArrives(number);
    expect((await post(statusCallback, answered)).text).toContain('<Response/>');
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    expect((await post(action, dialEnded)).text).toContain('<Enqueue>agents</Enqueue>');
    expect((await client.result(callSid)).legs).toMatchObject([{ transferId, outcome: 'AGENT' }]);
  });
});

test('a call gets there over SIP where its address says so', async () => {
  const sipUri = 'sip:transfers@sip.example.com';
  await withOtherTwilio({ asapp: { sipUri } }, async ({ post, sandbox, client, callSid }) => {
    const answer = await post('/twilio/voice?type=SIP', incoming, 'token-1');
    const { action, statusCallback, transferId } = dialIn(answer);
    const [, dialled] = /<Sip [^>]*>([^<]*)<\/Sip>/.exec(answer.text) ?? [];
    expect(dialled).toBe(`${sipUri}?X-ASAPP-CallTransferId=${transferId}`);

    sandbox.exchange.sipCallArrives({ 'X-ASAPP-CallTransferId': transferId });
    await post(statusCallback, answered);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    expect((await post(action, dialEnded)).text).toContain('<Enqueue>agents</Enqueue>');
    expect((await client.result(callSid)).legs).toMatchObject([{ transferId, outcome: 'AGENT' }]);
  });
});

test('a caller who cannot get there over SIP, since the worker has no address, takes the fallback route', async () => {
  await withTwilio(async ({ post }) => {
    const { status, text } = await post('/twilio/voice?type=SIP', incoming, 'token-1');
    expect([status, text]).toEqual([200, expect.stringContaining('<Enqueue>fallback</Enqueue>')]);
  });
});

test('a webhook that Twilio sends again is answered as the first was', async () => {
  await withTwilio(async ({ post, sandbox }) => {
    const [first, again] = await Promise.all([1, 2].map(() => post('/twilio/voice', incoming, 'token-1')));
    const { number, action, transferId } = dialIn(first as Answer);
    expect(dialIn(again as Answer).number).toBe(number);
    expect(sandbox.requestsFor(transferId)).toEqual(['POST']);

    sandbox.exchange.callArrives(number);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    const ends = await Promise.all([1, 2].map(() => post(action, dialEnded)));
    expect(ends[1]?.text).toBe(ends[0]?.text);
  });
});

test('a caller whom the flow sends back is reconnected', async () => {
  await withTwilio(async ({ post, sandbox, client, callSid }) => {
    const first = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    sandbox.exchange.callArrives(first.number);
    sandbox.exchange.aiEnds(first.transferId, { transferType: 'SYSTEM' });
    expect((await post(first.action, dialEnded)).text).toContain('https://ivr.example.com/continue');

    const second = dialIn(await post('/twilio/voice', { ...incoming, CallStatus: 'in-progress' }, 'token-2'));
    expect(second.transferId).not.toBe(first.transferId);
    sandbox.exchange.callArrives(second.number);
    sandbox.exchange.aiEnds(second.transferId, { transferType: 'AGENT' });
    expect((await post(second.action, dialEnded)).text).toContain('<Enqueue>agents</Enqueue>');
    expect(await client.result(callSid)).toMatchObject({ transferId: second.transferId });
  });
});

test('a busy number is dialled once more where the policy says so, and then the caller is queued', async () => {
  const routing = () => ({ route: { type: 'QUEUE', queue: 'sorry' }, redial: true });
  await withOtherTwilio({ routing }, async ({ post }) => {
    const busy = { ...dialEnded, DialCallStatus: 'busy', DialBridged: 'false' };
    const first = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    const second = dialIn(await post(first.action, busy));
    expect(second.transferId).not.toBe(first.transferId);
    expect((await post(second.action, busy)).text).toContain('<Enqueue>sorry</Enqueue>');
  });
});

test('a caller whose desk is busy gets the fallback route, and one whose desk answered does not', async () => {
  const routing = () => ({ route: { type: 'DIAL', to: '+18005550100' } });
  await withOtherTwilio({ routing }, async ({ post, sandbox, client, callSid }) => {
    const leg = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    sandbox.exchange.callArrives(leg.number);
    sandbox.exchange.aiEnds(leg.transferId, { transferType: 'AGENT' });
    const desk = dialIn(await post(leg.action, dialEnded));
    expect(desk.number).toBe('+18005550100');

    const ended = (DialCallStatus: string, more = {}) =>
      post(desk.action, { ...dialEnded, DialCallStatus, ...more });
    expect((await ended('busy', { DialBridged: 'false' })).text).toContain('<Enqueue>fallback</Enqueue>');
    expect((await ended('completed')).text).toContain('<Response/>');
    expect(await client.result(callSid)).toMatchObject({ outcome: 'AGENT' });
  });
});

test('a caller who hangs up while it rings is not routed anywhere', async () => {
  await withTwilio(async ({ post, client, callSid }) => {
    const { action } = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    const gone = { ...dialEnded, CallStatus: 'completed', DialCallStatus: 'canceled', DialBridged: 'false' };
    expect((await post(action, gone)).text).toContain('<Hangup/>');
    expect((await client.conversation(callSid)).decision?.outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('a caller who hangs up before anything is dialled is heard', async () => {
  await withTwilio(async ({ post, client, callSid }) => {
    await post('/twilio/voice', incoming);
    expect((await post('/twilio/status', { ...incoming, CallStatus: 'completed' })).status).toBe(200);
    const decision = await eventually(async () => (await client.conversation(callSid)).decision ?? undefined);
    expect(decision.outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('an answered leg that was never bridged is a failed dial', async () => {
  await withTwilio(async ({ post, client, callSid }) => {
    const { action, statusCallback } = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    await post(statusCallback, answered);
    const unbridged = { ...dialEnded, DialCallStatus: 'completed', DialBridged: 'false' };
    expect((await post(action, unbridged)).text).toContain('<Enqueue>agents</Enqueue>');
    expect((await client.result(callSid)).outcome).toBe('DIAL_FAILED');
  });
});

test('a wrong signature gets 401, and nothing is signalled', async () => {
  await withTwilio(async ({ send, callSid, env }) => {
    const parameters = { ...incoming, CallSid: callSid };
    const forged = signedForm('/twilio/voice', parameters, { token: 'wrong' });
    const moved = signedForm('/twilio/dial', parameters);
    for (const request of [forged, moved, { ...forged, headers: {} }]) {
      // Whatever the request says of its host, the configured address is what was signed.
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(request.headers as Record<string, string>),
        'x-forwarded-host': 'gateway.example.com',
        'x-forwarded-proto': 'https',
      };
      expect((await send('/twilio/voice', { ...request, headers })).status).toBe(401);
    }
    await expect(env.client.workflow.getHandle(`call-transfer/${callSid}`).describe()).rejects.toThrow(
      'not found',
    );
  });
});

test('a caller whose leg the workflow does not know is queued and hears no error', async () => {
  await withTwilio(async ({ post }) => {
    const nobody = '/twilio/dial?conversationId=nobody&transferId=nobody';
    expect((await post(nobody, dialEnded)).text).toContain('<Enqueue>fallback</Enqueue>');
  });
});

/** An answer that leaves the call as it is. */
const leavesAlone = ({ status, text }: Answer) => status === 200 && text.includes('<Response/>');

test('a webhook that comes twice: the same number while it may be dialled, and nothing for whoever talks', async () => {
  await withTwilio(async ({ post, sandbox }) => {
    const { number, action, statusCallback, transferId } = dialIn(
      await post('/twilio/voice', incoming, 'token-1'),
    );
    // Also under another token, and under none.
    for (const token of ['token-1', 'token-2', undefined]) {
      expect(dialIn(await post('/twilio/voice', incoming, token)).number).toBe(number);
    }
    sandbox.exchange.callArrives(number);
    await post(statusCallback, answered);
    for (const token of ['token-1', 'token-2', undefined]) {
      expect(leavesAlone(await post('/twilio/voice', incoming, token))).toBe(true);
    }
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    expect((await post(action, dialEnded)).text).toContain('<Enqueue>agents</Enqueue>');
    expect(leavesAlone(await post('/twilio/voice', incoming, 'token-1'))).toBe(true);
  });
});

test('the end of an earlier leg, told once more, leaves a caller alone who talks again', async () => {
  await withTwilio(async ({ post, sandbox }) => {
    const first = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    sandbox.exchange.callArrives(first.number);
    sandbox.exchange.callerHangsUp(first.transferId);
    await post(first.action, dialEnded);
    const second = dialIn(await post('/twilio/voice', incoming, 'token-2'));
    sandbox.exchange.callArrives(second.number);
    await post(second.statusCallback, answered);
    expect(leavesAlone(await post(first.action, dialEnded))).toBe(true);
  });
});

test('a flow that sends an unanswered call back gets a new leg', async () => {
  await withTwilio(async ({ post }) => {
    const busy = { ...dialEnded, CallStatus: 'ringing', DialCallStatus: 'busy', DialBridged: 'false' };
    const first = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    await post(first.action, busy);
    const second = dialIn(await post('/twilio/voice', incoming, 'token-2'));
    expect(second.transferId).not.toBe(first.transferId);
  });
});

test.each(['', '?conversationId=another-'])(
  'a caller’s hangup ends the open leg of the call, on any visit (%s)',
  async (named) => {
    await withTwilio(async ({ post, sandbox, client, callSid }) => {
      const voice = named === '' ? '/twilio/voice' : `/twilio/voice${named}${callSid}`;
      const conversationId = named === '' ? callSid : `another-${callSid}`;
      const first = dialIn(await post(voice, incoming, 'token-1'));
      sandbox.exchange.callArrives(first.number);
      sandbox.exchange.aiEnds(first.transferId, { transferType: 'SYSTEM' });
      await post(first.action, dialEnded);
      const second = dialIn(await post(voice, incoming, 'token-2'));
      expect((await post('/twilio/status', { ...incoming, CallStatus: 'completed' })).status).toBe(200);
      const ended = await eventually(
        async () => (await client.conversation(conversationId)).decision ?? undefined,
      );
      expect(ended).toMatchObject({ transferId: second.transferId, outcome: 'CUSTOMER_HUNG_UP' });

      // A captured request, under a token that nobody signed, gets no number of a call that is over.
      const requests = sandbox.requests.length;
      expect((await post(voice, incoming, 'token-3')).text).toContain('<Response/>');
      expect(sandbox.requests.length).toBe(requests);
    });
  },
);

test('a status callback about nobody gets 404, and a caller whose form cannot be read is queued', async () => {
  await withTwilio(async ({ post, send }) => {
    const nobody = await post('/twilio/status?conversationId=nobody&transferId=nobody', answered);
    expect(nobody.status).toBe(404);
    for (const path of ['/twilio/voice', '/twilio/dial']) {
      const unread = await send(path, signedForm(path, { CallStatus: 'ringing' }));
      expect([unread.status, unread.text]).toEqual([
        200,
        expect.stringContaining('<Enqueue>fallback</Enqueue>'),
      ]);
    }
  });
});

import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { eventually } from '../../../support/calls';
import { forFile } from '../../../support/for-file';
import { unhurried } from '../../../support/unhurried';
import { uniqueId } from '../../../support/unique-id';
import {
  callTransferForFile,
  withCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from '../../../support/with-call-transfer';
import {
  phoneSystemSettings,
  PUBLIC_URL,
  withGateway,
  type Answer,
  type GatewayUnderTest,
} from '../../../support/with-gateway';
import { withRealServer } from '../../../support/with-temporal';

import { answered, AUTH_TOKEN, dialEnded, incoming, signedForm } from './twilio-requests';

interface TwilioUnderTest extends CallTransferUnderTest, GatewayUnderTest {
  callSid: string;
  /** A webhook as Twilio sends it. */
  post: (path: string, parameters: Record<string, string>, idempotencyToken?: string) => Promise<Answer>;
}

const callTransfer = callTransferForFile(unhurried);
const gatewayTo = <T>({ client }: CallTransferUnderTest, body: (gateway: GatewayUnderTest) => Promise<T>) => {
  const phoneSystems = [twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] })];
  return withGateway({ client, phoneSystems, ...unhurried.gateway }, body);
};
const gateway = forFile<GatewayUnderTest>((body) => gatewayTo(callTransfer(), body));

/** A call of its own, on the worker and the gateway of the file unless others are given. */
const withTwilio = <T>(
  body: (underTest: TwilioUnderTest) => Promise<T>,
  given: CallTransferUnderTest & GatewayUnderTest = { ...callTransfer(), ...gateway() },
) => {
  const callSid = uniqueId('CA');
  const post: TwilioUnderTest['post'] = (path, parameters, idempotencyToken) => {
    const request = signedForm(
      path,
      { ...parameters, CallSid: callSid },
      idempotencyToken === undefined ? {} : { idempotencyToken },
    );
    return given.send(path, request);
  };
  return body({ ...given, callSid, post });
};

/** The same with a worker of another setup. */
const withOtherTwilio = <T>(setup: CallTransferSetup, body: (underTest: TwilioUnderTest) => Promise<T>) =>
  withRealServer({}, (env) =>
    withCallTransfer(env, setup, (underTest) =>
      gatewayTo(underTest, (own) => withTwilio(body, { ...underTest, ...own })),
    ),
  );

/** What TwiML says to dial, and where Twilio calls back. */
function dialIn({ status, type, text }: Answer) {
  expect([status, type]).toEqual([200, 'text/xml']);
  const [, number = ''] = /<Number[^>]*>([^<]+)<\/Number>/.exec(text) ?? [];
  const path = (attribute: string) =>
    (new RegExp(`${attribute}="([^"]*)"`).exec(text)?.[1] ?? '')
      .replaceAll('&amp;', '&')
      .replace(PUBLIC_URL, '');
  const action = path('action');
  const transferId = new URLSearchParams(action.split('?')[1]).get('transferId') ?? '';
  return { number, action, statusCallback: path('statusCallback'), transferId };
}

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
  await withOtherTwilio({ ...unhurried, routing }, async ({ post }) => {
    const busy = { ...dialEnded, DialCallStatus: 'busy', DialBridged: 'false' };
    const first = dialIn(await post('/twilio/voice', incoming, 'token-1'));
    const second = dialIn(await post(first.action, busy));
    expect(second.transferId).not.toBe(first.transferId);
    expect((await post(second.action, busy)).text).toContain('<Enqueue>sorry</Enqueue>');
  });
});

test('a caller whose desk is busy gets the fallback route, and one whose desk answered does not', async () => {
  const routing = () => ({ route: { type: 'DIAL', to: '+18005550100' } });
  await withOtherTwilio({ ...unhurried, routing }, async ({ post, sandbox, client, callSid }) => {
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
    });
  },
);

describe('with a key for callers’ numbers', () => {
  const callerKey = { secret: 'a-secret-of-the-tests', windowMs: 600_000 };
  const withCaller = <T>(body: (underTest: TwilioUnderTest & { from: string }) => Promise<T>) => {
    const given = callTransfer();
    const phoneSystems = [twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] })];
    const setup = { client: given.client, phoneSystems, callerKey, ...unhurried.gateway };
    const from = `+1${String(Math.floor(Math.random() * 1e10)).padStart(10, '2')}`;
    return withGateway(setup, (own) =>
      withTwilio((underTest) => body({ ...underTest, from }), { ...given, ...own }),
    );
  };

  it('a customer who calls again goes on with the conversation', async () => {
    await withCaller(async ({ from, sandbox, client, ...first }) => {
      const call = { ...incoming, From: from };
      const dropped = dialIn(await first.post('/twilio/voice', call, 'token-1'));
      const conversationId = new URLSearchParams(dropped.action.split('?')[1]).get('conversationId') ?? '';
      expect(conversationId).toMatch(/^caller-[0-9a-f]{32}$/);
      sandbox.exchange.callArrives(dropped.number);
      sandbox.exchange.callerHangsUp(dropped.transferId);
      await first.post(dropped.action, { ...dialEnded, CallStatus: 'completed' });

      await withTwilio(
        async ({ post }) => {
          const again = dialIn(await post('/twilio/voice', call, 'token-2'));
          expect(again.action).toContain(conversationId);
          // The first call's end, told late, is none of the second call's.
          await first.post('/twilio/status', { ...call, CallStatus: 'completed' });
          const { legs, phase } = await client.conversation(conversationId);
          expect([legs.map(({ transferId }) => transferId), phase]).toEqual([
            [dropped.transferId, again.transferId],
            'DIALING',
          ]);
        },
        { ...first, sandbox, client },
      );
    });
  });

  it('somebody else who calls from the same number meanwhile has a conversation of their own', async () => {
    await withCaller(async ({ from, sandbox, client, ...first }) => {
      const call = { ...incoming, From: from };
      const one = dialIn(await first.post('/twilio/voice', call, 'token-1'));
      await withTwilio(
        async ({ post, callSid }) => {
          const other = dialIn(await post('/twilio/voice', call, 'token-2'));
          expect(other.number).not.toBe(one.number);
          expect(other.action).toContain(`conversationId=${callSid}`);
        },
        { ...first, sandbox, client },
      );
    });
  });

  it.each(['anonymous', '+266696687', 'client:alice', 'sip:1000@example.com', '1000', ''])(
    'a caller without a number of their own has the call’s conversation: %s',
    async (from) => {
      await withCaller(async ({ post, callSid }) => {
        const { action } = dialIn(await post('/twilio/voice', { ...incoming, From: from }, 'token-1'));
        expect(action).toContain(`conversationId=${callSid}`);
      });
    },
  );
});

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

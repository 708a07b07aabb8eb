import { Webhook } from 'standardwebhooks';

import { decisionIn, eventually, legIn } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { callTransferForFile, type CallTransferUnderTest } from '../support/with-call-transfer';
import { problemIn, signed, stepIn, withGateway, type GatewayUnderTest } from '../support/with-gateway';

const OTHER_SECRET = `whsec_${Buffer.from('another-secret-of-tests-').toString('base64')}`;

const callTransfer = callTransferForFile();

const withLegEvents = <T>(
  body: (underTest: CallTransferUnderTest & GatewayUnderTest) => Promise<T>,
  setup: { webhookSecrets?: string[]; webhookToleranceSeconds?: number } = {},
) =>
  withGateway({ client: callTransfer().client, ...unhurried.gateway, ...setup }, (gateway) =>
    body({ ...callTransfer(), ...gateway }),
  );

const requested = (conversationId: string) => ({
  type: 'leg.requested',
  timestamp: new Date().toISOString(),
  data: { conversationId, transferId: `${conversationId}-a`, country: 'US' },
});

test('a call is handed over, talked on and decided by events alone', async () => {
  await withLegEvents(async ({ legEvent, sandbox, client }) => {
    const conversationId = uniqueId('conversation');
    const { transferId, transferNumber } = legIn(stepIn(await legEvent(requested(conversationId))));
    sandbox.exchange.callArrives(transferNumber);
    const connectedAt = new Date().toISOString();
    const connected = await legEvent({
      type: 'leg.connected',
      timestamp: connectedAt,
      data: { conversationId, transferId },
    });
    expect(connected.json).toEqual({ delivered: true });
    const view = await eventually(async () => {
      const seen = await client.conversation(conversationId);
      return seen.phase === 'CONNECTED' && seen;
    });
    expect(view.legs[0]?.connectedAt).toBe(connectedAt);

    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    const disconnected = {
      type: 'leg.disconnected',
      data: { conversationId, transferId, by: 'GENERATIVE_AGENT', cause: 'NORMAL' },
    };
    const end = stepIn(await legEvent(disconnected));
    expect(decisionIn(end).outcome).toBe('AGENT');
    expect(stepIn(await legEvent(disconnected, { id: 'msg_2' }))).toEqual(end);
  });
});

test('a disconnect that overtakes its connect is decided as in order', async () => {
  await withLegEvents(async ({ legEvent, sandbox }) => {
    const conversationId = uniqueId('conversation');
    const { transferId, transferNumber } = legIn(stepIn(await legEvent(requested(conversationId))));
    sandbox.exchange.callArrives(transferNumber);
    sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });
    const data = { conversationId, transferId };
    const end = await legEvent({ type: 'leg.disconnected', data: { ...data, by: 'GENERATIVE_AGENT' } });
    expect(decisionIn(stepIn(end)).outcome).toBe('SYSTEM');
    expect((await legEvent({ type: 'leg.connected', data })).status).toBe(200);
  });
});

describe('a signature', () => {
  test('of the specification is accepted', () => {
    // The example of the Standard Webhooks specification.
    const webhook = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(
      webhook.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1614265330 * 1000), '{"test": 2432232314}'),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('of any configured secret is accepted, while secrets are changed', async () => {
    const own = Buffer.from('the-old-secret-of-tests-').toString('base64');
    await withLegEvents(
      async ({ legEvent }) => {
        for (const secret of [own, OTHER_SECRET]) {
          const answer = await legEvent(requested(uniqueId('conversation')), { secret });
          expect(answer.status).toBe(200);
        }
      },
      { webhookSecrets: [own, OTHER_SECRET] },
    );
  });

  test('may stand beside others', async () => {
    await withLegEvents(async ({ send }) => {
      const request = signed(JSON.stringify(requested(uniqueId('conversation'))));
      const headers = request.headers as Record<string, string>;
      const signature = `v1,AAAA v1a,BBBB ${headers['webhook-signature'] ?? ''}`;
      const answer = await send('/v1/leg-events', {
        ...request,
        headers: { ...headers, 'webhook-signature': signature },
      });
      expect(answer.status).toBe(200);
    });
  });

  test('that is wrong, old, early or missing gets 401, and nothing is signalled', async () => {
    await withLegEvents(async ({ send, legEvent, env }) => {
      const conversationId = uniqueId('conversation');
      const event = requested(conversationId);
      const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
      const { headers, ...unsigned } = signed(JSON.stringify(event));
      const refused = [
        await legEvent(event, { secret: OTHER_SECRET }),
        await legEvent(event, { at: ago(301) }),
        await legEvent(event, { at: ago(-301) }),
        await send('/v1/leg-events', { ...unsigned, headers: { 'content-type': 'application/json' } }),
        await send('/v1/leg-events', { ...unsigned, headers: headers ?? {}, body: '{}' }),
        await send('/v1/leg-events', {
          ...unsigned,
          headers: { ...(headers as Record<string, string>), 'webhook-timestamp': 'now' },
        }),
      ];
      for (const answer of refused) {
        expect(problemIn(answer)).toMatchObject({ status: 401, type: 'Unauthorized' });
      }
      await expect(
        env.client.workflow.getHandle(`call-transfer/${conversationId}`).describe(),
      ).rejects.toThrow('not found');
    });
  });

  test('may be asked to be younger', async () => {
    await withLegEvents(
      async ({ legEvent }) => {
        const at = new Date(Date.now() - 20_000);
        expect((await legEvent(requested(uniqueId('conversation')), { at })).status).toBe(401);
      },
      { webhookToleranceSeconds: 10 },
    );
  });
});

test.each([
  ['{', 'body: is not JSON'],
  ['', 'body: is not JSON'],
  ['null', 'body: '],
  ['{"type":"leg.exploded","data":{}}', 'type: '],
  ['{"type":"leg.connected"}', 'data: is missing'],
  ['{"type":"leg.connected","data":{"conversationId":"c"}}', 'data.transferId: is missing'],
  [
    '{"type":"leg.disconnected","data":{"conversationId":"c","transferId":"t","by":"NOBODY"}}',
    'data.by: Invalid option',
  ],
])('the signed event %s is refused by the field', async (text, message) => {
  await withLegEvents(async ({ send }) => {
    const problem = problemIn(await send('/v1/leg-events', signed(text)));
    expect(problem).toMatchObject({ status: 400, type: 'InvalidInput' });
    expect(problem.message).toContain(message);
  });
});

test('a time that cannot be read is ignored', async () => {
  const data = { conversationId: uniqueId('conversation'), transferId: 't', at: 'at noon' };
  await withLegEvents(async ({ legEvent }) => {
    const problem = problemIn(await legEvent({ type: 'leg.connected', timestamp: 'today', data }));
    expect(problem).toMatchObject({ status: 404, type: 'ConversationNotFound' });
  });
});

test('an event before the request of its conversation gets 404 and starts nothing, and is heard after it', async () => {
  await withLegEvents(async ({ legEvent, env }) => {
    const request = requested(uniqueId('conversation'));
    const { conversationId, transferId } = request.data;
    const data = { conversationId, transferId, by: 'CUSTOMER' };
    for (const type of ['leg.connected', 'leg.disconnected']) {
      expect(problemIn(await legEvent({ type, data }))).toMatchObject({
        status: 404,
        type: 'ConversationNotFound',
      });
    }
    await expect(env.client.workflow.getHandle(`call-transfer/${conversationId}`).describe()).rejects.toThrow(
      'not found',
    );

    legIn(stepIn(await legEvent(request)));
    const end = await legEvent({ type: 'leg.disconnected', data });
    expect(decisionIn(stepIn(end)).outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('an event about a leg that its conversation does not know changes nothing', async () => {
  await withLegEvents(async ({ legEvent, client }) => {
    const conversationId = uniqueId('conversation');
    await legEvent(requested(conversationId));
    const data = { conversationId, transferId: 'another' };

    expect((await legEvent({ type: 'leg.connected', data })).json).toEqual({ delivered: true });
    expect(problemIn(await legEvent({ type: 'leg.disconnected', data }))).toMatchObject({
      status: 404,
      type: 'UnknownLeg',
    });
    const { phase, ignoredEvents } = await client.conversation(conversationId);
    expect([phase, ignoredEvents]).toMatchObject([
      'DIALING',
      { count: 1, latest: [{ transferId: 'another', why: 'no leg has this transferId' }] },
    ]);
  });
});

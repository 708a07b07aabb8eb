import { CallTransferClient } from '../../src';
import { twilio } from '../../src/call-control/phone-systems/twilio/index';
import {
  API_KEY,
  keptLog,
  phoneSystemSettings,
  problemIn,
  signed,
  withGateway,
  type GatewaySetup,
  type GatewayUnderTest,
} from '../support/with-gateway';

import { incoming, signedForm } from './phone-systems/twilio/twilio-requests';

/** A Temporal that fails in a way that nobody foresaw, and says more than is good. */
const broken = {
  workflow: {
    executeUpdateWithStart: () => Promise.reject(new TypeError('inside: 10.0.0.7 said secret')),
    getHandle: () => ({ query: () => Promise.reject(new TypeError('inside: 10.0.0.7 said secret')) }),
  },
  withDeadline: (_deadline: number, ask: () => unknown) => ask(),
} as never;

const withBroken = <T>(setup: Partial<GatewaySetup>, body: (gateway: GatewayUnderTest) => Promise<T>) =>
  withGateway(
    {
      client: new CallTransferClient(broken),
      phoneSystems: [twilio({ ...phoneSystemSettings, authTokens: ['token'] })],
      ...setup,
    },
    body,
  );

test('whoever asks too often is told to slow down, and probes are not', async () => {
  await withBroken({ requestsPerSecond: 5 }, async ({ send }) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('/v1/conversations/c')));
    const tooMany = answers.filter(({ status }) => status === 429);
    expect(tooMany.length).toBeGreaterThan(0);
    expect(problemIn(tooMany[0] as never)).toMatchObject({ type: 'TooManyRequests' });
    expect(Number(tooMany[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const atAnotherRoute = await send('/v1/conversations/c/report-connected', { method: 'POST' });
    expect(atAnotherRoute.status).toBe(401);
    const probes = await Promise.all(Array.from({ length: 20 }, () => send('/health/live')));
    expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

test('a body over the limit is refused, whoever sends it', async () => {
  await withBroken({ bodyLimitBytes: 2000 }, async ({ api, send, legEvent }) => {
    const long = 'x'.repeat(3000);
    const answers = [
      await api('/v1/conversations/c/request-transfer', { country: 'US', long }),
      await legEvent({ type: 'leg.connected', long }),
      await send('/twilio/voice', signedForm('/twilio/voice', { ...incoming, long }, { token: 'token' })),
    ];
    for (const answer of answers) {
      expect(problemIn(answer)).toMatchObject({ status: 413, type: 'BodyTooLarge' });
    }
  });
});

test('input variables that Temporal would not take are refused by name', async () => {
  await withBroken({ bodyLimitBytes: 4_000_000 }, async ({ api }) => {
    const inputVariables = { accountNumber: '3'.repeat(2_100_000) };
    expect(
      problemIn(
        await api('/v1/conversations/c/request-transfer', {
          country: 'US',
          inputContext: { inputVariables },
        }),
      ),
    ).toMatchObject({
      status: 400,
      type: 'InvalidInput',
      message: 'inputContext.inputVariables: must have at most 1048576 bytes as JSON',
    });
  });
});

test('an error says nothing of the inside', async () => {
  await withBroken({}, async ({ api }) => {
    const answer = await api('/v1/conversations/c');
    expect(problemIn(answer)).toEqual({
      status: 500,
      type: 'Internal',
      message: 'Something went wrong here',
    });
  });
});

test('a caller is given the fallback route even where nobody foresaw what went wrong', async () => {
  await withBroken({}, async ({ api, send }) => {
    const asked = await api('/v1/conversations/c/request-transfer', { country: 'US' });
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining('"fallback":true')]);
    const voice = await send('/twilio/voice', signedForm('/twilio/voice', incoming, { token: 'token' }));
    expect([voice.status, voice.text]).toEqual([200, expect.stringContaining('<Enqueue>fallback')]);
  });
});

test('nothing of a body, a key or a signature is in the log', async () => {
  const { lines, logger } = keptLog();
  await withBroken({ logger }, async ({ api, send, legEvent }) => {
    const inputContext = { taskName: 'private-task', inputVariables: { name: 'private-name' } };
    await api('/v1/conversations/conv-1/request-transfer', { country: 'US', inputContext });
    await api('/v1/conversations/conv-1/request-transfer', { country: 'private-country' });
    await legEvent({
      type: 'leg.requested',
      data: { conversationId: 'conv-1', country: 'US', inputContext },
    });
    await send('/v1/leg-events', signed('{"private-json'));
    await send('/twilio/voice?var.name=private-name', signedForm('/twilio/voice', incoming));
    await send('/twilio/voice', signedForm('/twilio/voice', incoming, { token: 'token' }));
  });
  const text = JSON.stringify(lines);
  expect(text).toContain('"conversationId":"conv-1"');
  expect(text).toContain('/v1/conversations/:conversationId/request-transfer');
  for (const secret of ['private', API_KEY, incoming.From, incoming.FromCity, 'signature', 'v1,']) {
    expect(text).not.toContain(secret);
  }
});

test('a caller whose answer cannot be written is given the fallback route', async () => {
  const system = twilio({ ...phoneSystemSettings, authTokens: ['token'] });
  const { lines, logger } = keptLog();
  const choosy: typeof system = {
    ...system,
    answer: (step, call, now) => {
      if (step?.action === 'ROUTE' && step.decision.reason === 'TEMPORAL_UNAVAILABLE')
        throw new Error('no XML');
      return system.answer(step, call, now);
    },
  };
  await withBroken({ phoneSystems: [choosy], logger }, async ({ send }) => {
    const voice = await send('/twilio/voice', signedForm('/twilio/voice', incoming, { token: 'token' }));
    expect([voice.status, voice.text]).toEqual([200, expect.stringContaining('<Enqueue>fallback')]);
  });
  expect(JSON.stringify(lines)).toContain('An answer cannot be written');
});

test.each<[string, Partial<GatewaySetup>]>([
  ['apiKeys: 0: must have at least 16 characters', { apiKeys: [''] }],
  ['apiKeys: 1: must have at least 16 characters', { apiKeys: [API_KEY, 'short'] }],
  ['webhookSecrets: 0: must have at least 24 characters', { webhookSecrets: [''] }],
])('a secret that anybody could guess is refused at the start: %s', async (message, setup) => {
  await expect(withBroken(setup, () => Promise.resolve())).rejects.toThrow(message);
});

test('many probes ask Temporal a few times', async () => {
  let asked = 0;
  const isReady = () => {
    asked++;
    return Promise.resolve(true);
  };
  await withBroken({ isReady }, async ({ send }) => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => send('/health/ready')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
  expect(asked).toBeLessThan(100);
});

test('the description is the same bytes for everybody', async () => {
  await withBroken({}, async ({ send }) => {
    const [one, two] = await Promise.all([send('/openapi.json'), send('/openapi.json')]);
    expect(one.text).toBe(two.text);
    expect(one.type).toContain('application/json');
  });
});

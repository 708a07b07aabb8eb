import type { NextStep } from '../../src/index';
import type { FaultEffect } from '../../src/sandbox/faults';
import { atOnce } from '../support/at-once';
import { decisionIn, legIn, newRequest } from '../support/calls';
import {
  withCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

type Check = (
  step: NextStep,
  underTest: CallTransferUnderTest & ReturnType<typeof newRequest>,
) => Promise<void> | void;

/**
 * Asks for a number while the next POSTs go wrong. A worker remembers that ASAPP wants to be left alone, or is down: what
 * makes it remember has a worker of its own (`worker: {}`).
 */
async function request(
  effect: FaultEffect,
  { times = 1, ...setup }: CallTransferSetup & { times?: number },
  check: Check,
): Promise<void> {
  await withRealServer({}, (env) =>
    withCallTransfer(env, setup, async (underTest) => {
      underTest.sandbox.fail({ method: 'POST', times, effect });
      const input = newRequest();
      await check(await underTest.client.requestTransfer(input), { ...underTest, ...input });
    }),
  );
}

/** These wait, and so wait together, each with a worker of its own. */
const ofItsOwn = { worker: {} };

const carriedOut = (effect: FaultEffect) => async () => {
  await request(effect, ofItsOwn, (step, { sandbox, conversationId, transferId }) => {
    expect(legIn(step)).toMatchObject({ transferId, country: 'US' });
    expect(sandbox.exchange.callArrives(legIn(step).transferNumber).id).toBe(transferId);
    expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
    expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'POST', 'GET']);
  });
};

const delayed = (effect: FaultEffect, requests: string[]) => async () => {
  await request(effect, ofItsOwn, (step, { sandbox, conversationId, transferId }) => {
    expect(legIn(step)).toMatchObject({ transferId });
    expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
    expect(sandbox.requestsFor(transferId)).toEqual(requests);
  });
};

const waitedOut = async () => {
  const effect = { kind: 'status', status: 429, retryAfterSeconds: 2 } as const;
  await request(effect, ofItsOwn, (step, { sandbox, transferId }) => {
    expect(step.action).toBe('DIAL');
    const [first, second] = sandbox.requests.filter((sent) => sent.transferId === transferId);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1990);
  });
};

/** A hard limit that leaves time, on a slow machine, too, for all attempts that are made: about 4 s. */
const AMPLE_MS = 10_000;

const fallsBack = (effect: FaultEffect, reason: RegExp, requestDeadlineMs: number) => async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, { worker: {}, settings: { requestDeadlineMs } }, async ({ client, sandbox }) => {
      sandbox.fail({ method: 'POST', times: 1000, effect });
      const input = newRequest();
      const { conversationId, transferId } = input;
      const asked = Date.now();
      const step = await client.requestTransfer(input);
      // More than the hard limit, for a slow machine.
      expect(Date.now() - asked).toBeLessThan(15_000);
      expect(decisionIn(step)).toMatchObject({
        conversationId,
        transferId,
        outcome: 'TRANSFER_UNAVAILABLE',
        route: { type: 'QUEUE', queue: 'agents' },
        currentTaskName: null,
        fallback: true,
        reason: expect.stringMatching(reason) as string,
        legs: [
          { transferId, outcome: 'TRANSFER_UNAVAILABLE', connectedAt: null, detectedBy: 'NUMBER_REQUEST' },
        ],
      });
      expect(await client.result(conversationId)).toEqual(decisionIn(step));
    }),
  );
};

const together = atOnce({
  'a request that was carried out leads to its number, where the connection was cut': carriedOut({
    kind: 'cutAfter',
  }),
  'a request that was carried out leads to its number, where it timed out': carriedOut({
    kind: 'hangAfter',
  }),
  'a fault that passes delays the number: 429': delayed({ kind: 'status', status: 429 }, ['POST', 'POST']),
  'a fault that passes delays the number: a slow answer': delayed({ kind: 'latency', ms: 1500 }, ['POST']),
  'a fault that passes is waited out for as long as ASAPP asks': waitedOut,
  'a fault that stays falls back within the hard limit: 500': fallsBack(
    { kind: 'status', status: 500 },
    /^ASAPP_SERVER_ERROR$/,
    AMPLE_MS,
  ),
  'a fault that stays falls back within the hard limit: a cut connection': fallsBack(
    { kind: 'cutBefore' },
    /^ASAPP_UNREACHABLE$/,
    AMPLE_MS,
  ),
  'a fault that stays falls back within the hard limit: 429': fallsBack(
    { kind: 'status', status: 429 },
    /^ASAPP_RATE_LIMITED$/,
    AMPLE_MS,
  ),
  // Whether the last attempt or the limit ends first is a matter of moments.
  'a fault that stays falls back within the hard limit: latency': fallsBack(
    { kind: 'latency', ms: 10_000 },
    /^(ASAPP_UNREACHABLE|REQUEST_DEADLINE_EXCEEDED)$/,
    5000,
  ),
});
test.each(together.names)('%s', async (name) => {
  await expect(together.run(name)).resolves.toBeUndefined();
});

describe('a fault that passes', () => {
  it.each([
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['a cut connection', { kind: 'cutBefore' }],
  ] as const)('delays the number: %s', async (_, effect) => {
    await request(effect, {}, (step, { sandbox, conversationId, transferId }) => {
      expect(legIn(step)).toMatchObject({ transferId });
      expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'POST']);
    });
  });
});

describe('a fault that no retry can mend', () => {
  it.each([
    ['401', { kind: 'status', status: 401 }, 'ASAPP_CREDENTIALS_REFUSED'],
    ['403', { kind: 'status', status: 403 }, 'ASAPP_CREDENTIALS_REFUSED'],
    ['400', { kind: 'status', status: 400 }, 'ASAPP_REQUEST_REFUSED'],
    ['a wait over the limit', { kind: 'status', status: 429, retryAfterSeconds: 60 }, 'ASAPP_RATE_LIMITED'],
    ['a body that is no JSON', { kind: 'body', body: '<html>' }, 'ASAPP_RESPONSE_INVALID'],
    [
      'no number',
      { kind: 'fields', fields: { phoneNumber: { transferNumber: null } } },
      'ASAPP_RESPONSE_INVALID',
    ],
    ['no expiry', { kind: 'fields', fields: { phoneNumber: { expireAt: null } } }, 'ASAPP_RESPONSE_INVALID'],
    ["another's id", { kind: 'fields', fields: { id: 'another' } }, 'ASAPP_RESPONSE_INVALID'],
    [
      "another's conversation",
      { kind: 'fields', fields: { externalConversationId: 'another' } },
      'ASAPP_RESPONSE_INVALID',
    ],
  ] as const)('falls back after one request: %s', async (_, effect, reason) => {
    const isRemembered = effect.kind === 'status' && effect.status === 429;
    const setup = isRemembered ? { worker: {} } : {};
    await request(effect, setup, async (step, { client, sandbox, conversationId, transferId }) => {
      expect(decisionIn(step)).toMatchObject({
        outcome: 'TRANSFER_UNAVAILABLE',
        route: { type: 'QUEUE', queue: 'agents' },
        fallback: true,
        reason,
      });
      expect(await client.result(conversationId)).toEqual(decisionIn(step));
      expect(sandbox.requestsFor(transferId)).toEqual(['POST']);
    });
  });
});

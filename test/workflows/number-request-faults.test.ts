import type { NextStep } from '../../src/index';
import type { FaultEffect } from '../../src/sandbox/faults';
import { decisionIn, legIn, newRequest } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

/**
 * Asks for a number while the next POSTs go wrong. A worker remembers that ASAPP wants to be left alone, or is down: what
 * makes it remember has a worker of its own.
 */
async function request(
  effect: FaultEffect,
  times: number,
  check: (
    step: NextStep,
    underTest: CallTransferUnderTest & ReturnType<typeof newRequest>,
  ) => Promise<void> | void,
) {
  const isRemembered = times > 1 || (effect.kind === 'status' && effect.status === 429);
  await withRealServer({}, (env) =>
    withCallTransfer(env, isRemembered ? { worker: {} } : {}, async (underTest) => {
      underTest.sandbox.fail({ method: 'POST', times, effect });
      const input = newRequest();
      await check(await underTest.client.requestTransfer(input), { ...underTest, ...input });
    }),
  );
}

describe('a request that was carried out, though no answer came', () => {
  it.each([
    ['the connection was cut', { kind: 'cutAfter' }],
    ['it timed out', { kind: 'hangAfter' }],
  ] as const)('leads to its number, where %s', async (_, effect) => {
    await request(effect, 1, (step, { sandbox, conversationId, transferId }) => {
      expect(legIn(step)).toMatchObject({ transferId, country: 'US' });
      expect(sandbox.exchange.callArrives(legIn(step).transferNumber).id).toBe(transferId);
      expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'POST', 'GET']);
    });
  });
});

describe('a fault that passes', () => {
  it.each([
    ['500', { kind: 'status', status: 500 }, ['POST', 'POST']],
    ['503', { kind: 'status', status: 503 }, ['POST', 'POST']],
    ['429', { kind: 'status', status: 429 }, ['POST', 'POST']],
    ['a cut connection', { kind: 'cutBefore' }, ['POST', 'POST']],
    ['a slow answer', { kind: 'latency', ms: 1500 }, ['POST']],
  ] as const)('delays the number: %s', async (_, effect, requests) => {
    await request(effect, 1, (step, { sandbox, conversationId, transferId }) => {
      expect(legIn(step)).toMatchObject({ transferId });
      expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
      expect(sandbox.requestsFor(transferId)).toEqual(requests);
    });
  });

  it('is waited out for as long as ASAPP asks', async () => {
    await request(
      { kind: 'status', status: 429, retryAfterSeconds: 2 },
      1,
      (step, { sandbox, transferId }) => {
        expect(step.action).toBe('DIAL');
        const ours = sandbox.requests.filter((request) => request.transferId === transferId);
        const [first, second] = ours.map(({ at }) => at);
        expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1990);
      },
    );
  });
});

describe('a fault that stays', () => {
  it.each([
    ['500', { kind: 'status', status: 500 }, 'ASAPP_SERVER_ERROR'],
    ['a cut connection', { kind: 'cutBefore' }, 'ASAPP_UNREACHABLE'],
    ['429', { kind: 'status', status: 429 }, 'ASAPP_RATE_LIMITED'],
    // Whether the last attempt or the limit ends first is a matter of moments.
    ['latency', { kind: 'latency', ms: 10_000 }, /^(ASAPP_UNREACHABLE|REQUEST_DEADLINE_EXCEEDED)$/],
  ] as const)('falls back within the hard limit: %s', async (_, effect, reason) => {
    const asked = Date.now();
    await request(effect, 1000, async (step, { client, conversationId, transferId }) => {
      // The hard limit is 5 s; the rest is for a slow machine and for its server to start.
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
    });
  });
});

describe('a fault that no retry can mend', () => {
  it.each([
    ['401', { kind: 'status', status: 401 }, 'ASAPP_CREDENTIALS_REFUSED'],
    ['403', { kind: 'status', status: 403 }, 'ASAPP_CREDENTIALS_REFUSED'],
    ['400', { kind: 'status', status: 400 }, 'ASAPP_REQUEST_REFUSED'],
    ['a wait over the limit', { kind: 'status', status: 429, retryAfterSeconds: 30 }, 'ASAPP_RATE_LIMITED'],
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
    await request(effect, 1, async (step, { client, sandbox, conversationId, transferId }) => {
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

import { connected, decisionIn } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a hangup that ASAPP has not entered into its books', () => {
  it('is looked at again until the result is there', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(
          transferId,
          { transferType: 'AGENT', currentTaskName: 'billing' },
          { reads: 2 },
        );

        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        expect(decisionIn(step)).toMatchObject({
          outcome: 'AGENT',
          currentTaskName: 'billing',
          fallback: false,
        });
        expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET', 'GET', 'GET']);
      }),
    );
  });

  it.each(['ONGOING', 'ACTIVE'] as const)(
    'is given up within the hard limit where it stays %s, with the fallback route',
    async (status) => {
      const settings = { disconnectDeadlineMs: 2000 };
      await withRealServer({}, (env) =>
        withCallTransfer(env, { settings }, async (underTest) => {
          const { client, sandbox } = underTest;
          const { conversationId, transferId } = await connected(underTest);
          sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' }, { status, ms: 60_000 });

          const asked = Date.now();
          const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

          // The hard limit is 2 s; the rest is for a slow machine.
          expect(Date.now() - asked).toBeLessThan(15_000);
          expect(decisionIn(step)).toMatchObject({
            outcome: 'CONTEXT_UNAVAILABLE',
            route: { type: 'QUEUE', queue: 'agents' },
            currentTaskName: null,
            fallback: true,
            reason: 'RESULT_STILL_PENDING',
            legs: [{ outcome: 'CONTEXT_UNAVAILABLE', detectedBy: 'DISCONNECT_REPORT' }],
          });
          expect(await client.result(conversationId)).toEqual(decisionIn(step));
        }),
      );
    },
  );
});

describe('a completed transfer without an output context', () => {
  it.each([
    ['CUSTOMER', 'CUSTOMER_HUNG_UP', { type: 'HANG_UP' }, false, null],
    ['UNKNOWN', 'CUSTOMER_HUNG_UP', { type: 'HANG_UP' }, false, null],
    [
      'GENERATIVE_AGENT',
      'CONTEXT_UNAVAILABLE',
      { type: 'QUEUE', queue: 'agents' },
      true,
      'OUTPUT_CONTEXT_MISSING',
    ],
  ] as const)('reported as ended by %s is %s', async (by, outcome, route, fallback, reason) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.callerHangsUp(transferId);

        const step = await client.reportDisconnect(conversationId, { transferId, by });

        expect(decisionIn(step)).toMatchObject({
          outcome,
          route,
          currentTaskName: null,
          referenceVariables: {},
          transferVariables: {},
          fallback,
          reason,
        });
      }),
    );
  });
});

test('a transfer type that nobody knows falls back, with the context that came', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.aiEnds(transferId, { transferType: 'HOLOGRAM', currentTaskName: 'billing' });

      const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

      expect(decisionIn(step)).toMatchObject({
        outcome: 'CONTEXT_UNAVAILABLE',
        route: { type: 'QUEUE', queue: 'agents' },
        currentTaskName: 'billing',
        fallback: true,
        reason: 'TRANSFER_TYPE_UNKNOWN',
      });
    }),
  );
});

describe('a result that cannot be fetched at once', () => {
  it.each([
    ['an error of ASAPP', { kind: 'status', status: 500 }],
    ['a connection that is cut', { kind: 'cutAfter' }],
    ['an answer that takes a second', { kind: 'latency', ms: 1000 }],
  ] as const)('is there in the end, after %s', async (_, effect) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });
        sandbox.fail({ method: 'GET', effect });

        const step = await client.reportDisconnect(conversationId, { transferId });

        expect(decisionIn(step)).toMatchObject({
          outcome: 'SYSTEM',
          route: { type: 'CONTINUE' },
          fallback: false,
        });
      }),
    );
  });

  it.each([
    [401, 'ASAPP_CREDENTIALS_REFUSED'],
    [404, 'ASAPP_TRANSFER_NOT_FOUND'],
    [500, 'ASAPP_SERVER_ERROR'],
  ] as const)('falls back where ASAPP answers %i for ever, and says why', async (status, reason) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });
        sandbox.fail({ method: 'GET', times: 1000, effect: { kind: 'status', status } });

        const step = await client.reportDisconnect(conversationId, { transferId });

        expect(decisionIn(step)).toMatchObject({ outcome: 'CONTEXT_UNAVAILABLE', fallback: true, reason });
      }),
    );
  });
});

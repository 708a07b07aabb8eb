import { connected, withSkippedTime } from '../support/calls';

const HOUR_MS = 3_600_000;

describe('a hangup that is never reported', () => {
  it('is found by a sparse look at ASAPP, with its context', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.aiEnds(transferId, {
        transferType: 'AGENT',
        currentTaskName: 'billing',
        transferVariables: { balance: '12' },
      });

      expect(await client.result(conversationId)).toMatchObject({
        transferId,
        outcome: 'AGENT',
        route: { type: 'QUEUE', queue: 'agents' },
        currentTaskName: 'billing',
        transferVariables: { balance: '12' },
        fallback: false,
        reason: null,
        legs: [{ transferId, outcome: 'AGENT', detectedBy: 'STATUS_CHECK' }],
      });
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
    });
  });

  it("is the customer's where GenerativeAgent left nothing", async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.callerHangsUp(transferId);

      expect(await client.result(conversationId)).toMatchObject({
        outcome: 'CUSTOMER_HUNG_UP',
        route: { type: 'HANG_UP' },
        fallback: false,
        legs: [{ detectedBy: 'STATUS_CHECK' }],
      });
    });
  });

  it('is still found after a look that failed', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.fail({ method: 'GET', times: 1, effect: { kind: 'status', status: 404 } });
      sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });

      expect(await client.result(conversationId)).toMatchObject({
        outcome: 'SYSTEM',
        legs: [{ detectedBy: 'STATUS_CHECK' }],
      });
    });
  });
});

describe('a call that never ends', () => {
  it('is given up after an hour, with the fallback route', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);

      const decision = await client.result(conversationId);

      expect(decision).toMatchObject({
        transferId,
        outcome: 'CONTEXT_UNAVAILABLE',
        route: { type: 'QUEUE', queue: 'agents' },
        fallback: true,
        reason: 'CALL_DURATION_LIMIT',
        legs: [{ detectedBy: 'CALL_DURATION_LIMIT' }],
      });
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET']);
    });
  });

  it('is not given up before', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, pass } = underTest;
      const { conversationId } = await connected(underTest);

      await pass(HOUR_MS - 60_000);

      expect(await client.conversation(conversationId)).toMatchObject({ phase: 'CONNECTED', decision: null });
    });
  });

  it('ends by its own limit where the settings say so', async () => {
    await withSkippedTime({ settings: { maxCallDurationMs: 60_000 } }, async (underTest) => {
      const { client, sandbox, pass } = underTest;
      const { conversationId, transferId } = await connected(underTest);

      await pass(61_000);

      expect(await client.result(conversationId)).toMatchObject({ reason: 'CALL_DURATION_LIMIT' });
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
    });
  });
});

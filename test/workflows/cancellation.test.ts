import { connected, decisionIn, dialing, eventually, hungUp, newRequest, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const cancelled = {
  outcome: 'CANCELLED',
  route: { type: 'QUEUE', queue: 'agents' },
  fallback: true,
  reason: 'WORKFLOW_CANCELLED',
};

describe('a conversation that is cancelled', () => {
  it('while a number is requested answers whoever waits for it', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ client, sandbox }) => {
        sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 2000 } });
        const request = newRequest();
        const { conversationId, transferId } = request;
        const asked = client.requestTransfer(request);
        await eventually(() => client.conversation(conversationId).catch(() => undefined));

        await workflowOf(env, conversationId).cancel();

        const decision = decisionIn(await asked);
        expect(decision).toMatchObject({
          ...cancelled,
          transferId,
          legs: [{ transferId, outcome: 'CANCELLED', connectedAt: null, detectedBy: 'CANCELLATION' }],
        });
        expect(await client.result(conversationId)).toEqual(decision);
      }),
    );
  });

  it('while the number is dialled ends with what is known', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId, transferId } = await dialing(underTest);

        await workflowOf(env, conversationId).cancel();

        expect(await underTest.client.result(conversationId)).toMatchObject({ ...cancelled, transferId });
      }),
    );
  });

  it('while GenerativeAgent is on the call ends with what is known', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId, transferId } = await connected(underTest);

        await workflowOf(env, conversationId).cancel();

        expect(await underTest.client.result(conversationId)).toMatchObject({
          ...cancelled,
          transferId,
          legs: [{ connectedAt: expect.any(String) as string, disconnectedAt: null }],
        });
      }),
    );
  });

  it('while the result is fetched answers whoever waits for the decision', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' }, { ms: 60_000 });
        const reported = client.reportDisconnect(conversationId, { transferId });
        await eventually(async () => (await client.conversation(conversationId)).phase === 'DISCONNECTED');

        await workflowOf(env, conversationId).cancel();

        const decision = decisionIn(await reported);
        expect(decision).toMatchObject({
          ...cancelled,
          legs: [{ disconnectedAt: expect.any(String) as string, detectedBy: 'CANCELLATION' }],
        });
        expect(await client.result(conversationId)).toEqual(decision);
      }),
    );
  });

  it('in the reconnect window keeps the decision that was made', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId, decision } = await hungUp(underTest);

        await workflowOf(env, conversationId).cancel();

        expect(await underTest.client.result(conversationId)).toEqual(decision);
      }),
    );
  });

  it('during a reconnection ends that leg and its workflow', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId } = await hungUp(underTest);
        const transferId = `${conversationId}-b`;
        await connected(underTest, { conversationId, transferId });

        await workflowOf(env, conversationId).cancel();

        expect(await underTest.client.result(conversationId)).toMatchObject({
          ...cancelled,
          transferId,
          legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { transferId, outcome: 'CANCELLED' }],
        });
        const child = env.client.workflow.getHandle(`call-transfer/${conversationId}/${transferId}`);
        expect(await eventually(async () => (await child.describe()).status.name !== 'RUNNING')).toBe(true);
      }),
    );
  });
});

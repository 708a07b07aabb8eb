import { conversationQuery } from '../../src/index';
import { decisionIn, eventually, legIn, newRequest } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

/** Starts a conversation as any Temporal client can. */
async function start({ env, taskQueue }: CallTransferUnderTest) {
  const input = newRequest();
  const workflow = await env.client.workflow.start('callTransferWorkflow', {
    workflowId: `call-transfer/${input.conversationId}`,
    taskQueue,
    args: [input],
  });
  return { ...input, workflow };
}

describe('a conversation that is started without an update', () => {
  it('shows its number to a query, and ends by signals alone', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { sandbox } = underTest;
        const { workflow, conversationId, transferId } = await start(underTest);

        const step = await eventually(
          async () => (await workflow.query(conversationQuery)).nextStep ?? undefined,
        );
        const { transferNumber } = legIn(step);
        expect(sandbox.exchange.callArrives(transferNumber).id).toBe(transferId);
        await workflow.signal('connected', { transferId });
        expect(await workflow.query(conversationQuery)).toMatchObject({ phase: 'CONNECTED', nextStep: null });
        sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });
        await workflow.signal('disconnected', { transferId, by: 'GENERATIVE_AGENT', cause: 'NORMAL' });

        const decision: unknown = await workflow.result();
        expect(decision).toMatchObject({
          conversationId,
          transferId,
          outcome: 'SYSTEM',
          route: { type: 'CONTINUE' },
        });
        expect(await workflow.query(conversationQuery)).toMatchObject({
          phase: 'ENDED',
          nextStep: { action: 'ROUTE', decision },
          decision,
        });
      }),
    );
  });

  it('answers with its number to an update, and with its decision to another', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId, ...rest } = await start(underTest);

        const leg = legIn(
          await client.requestTransfer({ conversationId, transferId, country: rest.country }),
        );
        sandbox.exchange.callArrives(leg.transferNumber);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId });

        expect(decisionIn(step)).toMatchObject({ transferId, outcome: 'AGENT' });
        expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
      }),
    );
  });
});

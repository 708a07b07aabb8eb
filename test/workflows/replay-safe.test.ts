import type { RoutingPolicy } from '../../src/index';
import { connected, decisionIn, dialing, hungUp, legIn, workflowOf } from '../support/calls';
import { replay } from '../support/replay';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const redialing: RoutingPolicy = ({ outcome, legNumber }) => ({
  route: { outcome, legNumber },
  redial: outcome === 'DIAL_FAILED',
});

test('a leg comes out the same where each task replays its history', async () => {
  // No workflow is kept in memory, so that each task is worked out again from the start.
  const worker = { maxCachedWorkflows: 0 };
  await withRealServer({}, (env) =>
    withCallTransfer(env, { worker }, async (underTest) => {
      const { client, sandbox } = underTest;
      sandbox.fail({ method: 'POST', effect: { kind: 'cutAfter' } });
      const { conversationId, transferId, transferNumber } = await dialing(underTest);
      await client.signalDisconnected(conversationId, { transferId: 'another' });
      sandbox.exchange.callArrives(transferNumber);
      await client.reportConnected(conversationId, { transferId });
      sandbox.exchange.aiEnds(
        transferId,
        { transferType: 'AGENT', currentTaskName: 'billing' },
        { reads: 2 },
      );

      const end = await client.reportDisconnect(conversationId, { transferId });

      expect(decisionIn(end)).toMatchObject({
        outcome: 'AGENT',
        currentTaskName: 'billing',
        fallback: false,
        legs: [{ transferId, outcome: 'AGENT' }],
      });
      expect(await client.result(conversationId)).toEqual(decisionIn(end));
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'POST', 'GET', 'GET', 'GET', 'GET']);
    }),
  );
});

test('a conversation with a redial and a reconnection replays, in every workflow of it', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, { routing: redialing }, async (underTest) => {
      const { client, sandbox } = underTest;
      const first = await dialing(underTest);
      const { conversationId } = first;
      const fresh = legIn(
        await client.reportDisconnect(conversationId, { transferId: first.transferId, cause: 'BUSY' }),
      );
      sandbox.exchange.callArrives(fresh.transferNumber);
      await client.reportConnected(conversationId, { transferId: fresh.transferId });
      sandbox.exchange.callerHangsUp(fresh.transferId, { reads: 2 });
      await client.reportDisconnect(conversationId, { transferId: fresh.transferId });
      const third = await connected(underTest, { conversationId, transferId: `${conversationId}-c` });
      sandbox.exchange.aiEnds(third.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
      const end = await client.reportDisconnect(conversationId, { transferId: third.transferId });

      expect(decisionIn(end)).toMatchObject({
        transferId: third.transferId,
        route: { outcome: 'AGENT', legNumber: 3 },
        currentTaskName: 'billing',
        legs: [
          { transferId: first.transferId, outcome: 'DIAL_FAILED' },
          { transferId: fresh.transferId, outcome: 'CUSTOMER_HUNG_UP' },
          { transferId: third.transferId, outcome: 'AGENT' },
        ],
      });
      expect(await client.result(conversationId)).toEqual(decisionIn(end));
      const workflowId = `call-transfer/${conversationId}`;
      for (const id of [
        workflowId,
        `${workflowId}/${fresh.transferId}`,
        `${workflowId}/${third.transferId}`,
      ]) {
        await replay(env.client, id);
      }
    }),
  );
});

test('a conversation that was cancelled, and one that continued as new, replay', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, { settings: { maxLegsPerRun: 1 } }, async (underTest) => {
      const { client } = underTest;
      const { conversationId } = await hungUp(underTest);
      const workflow = workflowOf(env, conversationId);
      const { raw } = await workflow.describe();
      await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
      await workflow.cancel();
      expect(await client.result(conversationId)).toMatchObject({ outcome: 'CANCELLED' });

      await replay(env.client, workflow.workflowId);
      await replay(env.client, workflow.workflowId, raw.workflowExecutionInfo?.firstRunId ?? undefined);
    }),
  );
});

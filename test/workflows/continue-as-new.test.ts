import { eventually, hungUp, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

test('a conversation of many legs continues as new, and answers for its old legs as before', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, { settings: { maxLegsPerRun: 2 } }, async (underTest) => {
      const { client } = underTest;
      const first = await hungUp(underTest);
      const { conversationId } = first;
      const workflow = workflowOf(env, conversationId);
      const { runId: firstRunId } = await workflow.describe();
      const calls = [first];
      for (const name of ['b', 'c', 'd', 'e', 'f']) {
        calls.push(await hungUp(underTest, { conversationId, transferId: `${conversationId}-${name}` }));
      }
      const { runId, historyLength } = await eventually(async () => {
        const described = await workflow.describe();
        return described.runId !== firstRunId && described.status.name === 'RUNNING' && described;
      });

      expect(runId).not.toBe(firstRunId);
      expect(historyLength).toBeLessThan(200);
      for (const { transferId, decision } of calls) {
        expect(await workflow.executeUpdate('reportDisconnect', { args: [{ transferId }] })).toEqual({
          action: 'ROUTE',
          decision,
        });
        expect(await workflow.executeUpdate('requestTransfer', { args: [{ transferId }] })).toEqual({
          action: 'ROUTE',
          decision,
        });
      }
      expect((await client.conversation(conversationId)).legs.map(({ transferId }) => transferId)).toEqual(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${conversationId}-${name}`),
      );
    }),
  );
});

test('a conversation that continued as new stays open for its window, and closes with its last decision', async () => {
  const settings = { maxLegsPerRun: 1, reconnectWindowMs: { CUSTOMER_HUNG_UP: 2000 } };
  await withRealServer({}, (env) =>
    withCallTransfer(env, { settings }, async (underTest) => {
      const { client } = underTest;
      const { conversationId, decision } = await hungUp(underTest);

      expect(await client.result(conversationId)).toEqual(decision);
      const described = await workflowOf(env, conversationId).describe();
      expect(described.status.name).toBe('COMPLETED');
      expect(described.raw.workflowExecutionInfo?.firstRunId).not.toBe(described.runId);
    }),
  );
});

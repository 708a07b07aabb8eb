import { jsonBytes, largest } from '../../src/contract/sizes';
import { connected, decisionIn, eventually, hungUp, newRequest, workflowOf } from '../support/calls';
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

test('a conversation with as many input variables as it may have reaches ASAPP, and continues as new', async () => {
  const settings = { maxLegsPerRun: 1, reconnectWindowMs: { CUSTOMER_HUNG_UP: 3000 } };
  await withRealServer({}, (env) =>
    withCallTransfer(env, { settings }, async (underTest) => {
      const { client, sandbox } = underTest;
      // ASAPP's answer repeats them.
      const inputContext = { inputVariables: { a: 'x'.repeat(1_048_576 - '{"a":""}'.length) } };
      const { conversationId } = newRequest();
      for (const leg of ['a', 'b']) {
        const transferId = `${conversationId}-${leg}`;
        await connected(underTest, { conversationId, transferId, inputContext });
        sandbox.exchange.callerHangsUp(transferId);
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
        expect(decisionIn(step)).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP' });
      }

      await client.result(conversationId);
      const described = await workflowOf(env, conversationId).describe();
      expect(described.raw.workflowExecutionInfo?.firstRunId).not.toBe(described.runId);
    }),
  );
});

test('legs with large payloads, one right after the other: each has its decision and two requests, and nothing is stuck', async () => {
  const legs = 12;
  const inputContext = { inputVariables: { text: 'x'.repeat(200_000) } };
  const transferVariables = { text: 'y'.repeat(largest.context - 1000) };
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async ({ client, sandbox, ...underTest }) => {
      const { conversationId } = newRequest();
      const requestsBefore = sandbox.requests.length;
      for (let leg = 1; leg <= legs; leg++) {
        const transferId = `${conversationId}-${leg}`;
        await connected({ client, sandbox, ...underTest }, { conversationId, transferId, inputContext });
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', transferVariables });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
        expect(jsonBytes(decisionIn(step).transferVariables)).toBe(jsonBytes(transferVariables));
      }
      expect(sandbox.requests.length - requestsBefore).toBe(2 * legs);
      const view = await client.conversation(conversationId);
      expect(view.legs).toHaveLength(legs);
      expect(view.legs.map(({ contextDropped }) => contextDropped)).toContain(true);
      const described = await workflowOf(env, conversationId).describe();
      expect(described.raw.workflowExecutionInfo?.firstRunId).not.toBe(described.runId);
    }),
  );
});

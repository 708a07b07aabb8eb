import { setTimeout as sleep } from 'node:timers/promises';

import { connected, decisionIn, dialing, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

test('a hangup is answered, though ASAPP shows an expired transfer with a call', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      const fields = { status: 'EXPIRED', callReceivedAt: new Date().toISOString() };
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'fields', fields } });
      try {
        const step = await client.reportDisconnect(conversationId, { transferId });
        expect(step.action).toBe('ROUTE');
      } finally {
        // It has closed, unless what is tested here went wrong.
        await workflowOf(env, conversationId)
          .terminate()
          .catch(() => undefined);
      }
    }),
  );
});

test('a connect dated by a wrong clock does not end the call', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId, transferNumber } = await dialing(underTest);
      sandbox.exchange.callArrives(transferNumber);
      const at = new Date(Date.now() - 3_700_000).toISOString();
      await client.reportConnected(conversationId, { transferId, at });
      await sleep(2000);

      expect(await client.conversation(conversationId)).toMatchObject({ phase: 'CONNECTED', decision: null });
    }),
  );
});

test('a route that is a circle costs the route, and neither the context nor the time', async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await withRealServer({}, (env) =>
    withCallTransfer(env, { routing: () => ({ route: circle as never }) }, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

      expect(decisionIn(await client.reportDisconnect(conversationId, { transferId }))).toMatchObject({
        outcome: 'AGENT',
        reason: 'ROUTING_POLICY_FAILED',
      });
    }),
  );
});

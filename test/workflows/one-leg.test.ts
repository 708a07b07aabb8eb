import { legIn } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

test('a leg that GenerativeAgent ends with an escalation is routed to an agent, for two requests to ASAPP', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async ({ client, sandbox }) => {
      const conversationId = uniqueId('conversation');
      const transferId = `${conversationId}-a`;

      const step = await client.requestTransfer({ conversationId, transferId, country: 'US' });
      if (step.action !== 'DIAL') throw new Error(`Expected a number, got ${JSON.stringify(step)}`);
      expect(sandbox.exchange.callArrives(legIn(step).transferNumber).id).toBe(transferId);
      await client.reportConnected(conversationId, { transferId });
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
      const end = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

      expect(end).toMatchObject({
        action: 'ROUTE',
        decision: {
          conversationId,
          transferId,
          outcome: 'AGENT',
          route: { type: 'QUEUE', queue: 'agents' },
          currentTaskName: 'billing',
          fallback: false,
          reason: null,
        },
      });
      expect(await client.result(conversationId)).toEqual(end.action === 'ROUTE' && end.decision);
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
    }),
  );
});

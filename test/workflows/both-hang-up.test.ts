import { connected, decisionIn } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const orders = [
  ['GENERATIVE_AGENT', 'CUSTOMER'],
  ['CUSTOMER', 'GENERATIVE_AGENT'],
] as const;

describe('both hang up at once', () => {
  it.each(orders)('with %s first and %s second: the customer decides the route', async (first, second) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(
          transferId,
          { transferType: 'AGENT', currentTaskName: 'billing', transferVariables: { balance: '12' } },
          { reads: 2 },
        );

        await client.signalDisconnected(conversationId, { transferId, by: first });
        const step = await client.reportDisconnect(conversationId, { transferId, by: second });

        expect(decisionIn(step)).toMatchObject({
          transferId,
          outcome: 'CUSTOMER_HUNG_UP',
          route: { type: 'HANG_UP' },
          currentTaskName: 'billing',
          transferVariables: { balance: '12' },
          fallback: false,
          reason: null,
        });
        expect((await client.conversation(conversationId)).legs).toHaveLength(1);
      }),
    );
  });

  it('is the same where there is no context', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.callerHangsUp(transferId, { reads: 2 });

        await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });

        expect(decisionIn(step)).toMatchObject({
          outcome: 'CUSTOMER_HUNG_UP',
          route: { type: 'HANG_UP' },
          currentTaskName: null,
          fallback: false,
        });
      }),
    );
  });
});

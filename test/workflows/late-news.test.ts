import { decisionIn, hungUp } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

test('a number that its leg tells of too late to be dialled is a decision and no error for whoever waits', async () => {
  await withRealServer({}, async (env) => {
    const bundle = await workflowBundle(require.resolve('./late-news-workflows'));
    await withCallTransfer(env, { worker: { workflowBundle: bundle } }, async (underTest) => {
      const { conversationId } = await hungUp(underTest);
      const step = await underTest.client.requestTransfer({
        conversationId,
        transferId: `${conversationId}-b`,
        country: 'US',
      });
      expect(decisionIn(step)).toMatchObject({
        outcome: 'NUMBER_EXPIRED',
        fallback: true,
        legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { outcome: 'NUMBER_EXPIRED' }],
      });
    });
  });
});

import { CallTransferClient } from '../../src';
import { decisionIn } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { keptLog, stepIn, withGateway } from '../support/with-gateway';
import { withRealServer } from '../support/with-temporal';

test('no number is requested for a caller who has got the fallback route while no worker was there', async () => {
  await withRealServer({}, async (env) => {
    const taskQueue = uniqueId('call-transfer');
    const client = new CallTransferClient(env.client, { taskQueue });
    const conversationId = uniqueId('conversation');
    const { lines, logger } = keptLog();
    const asked = await withGateway({ client, requestLimitMs: 1500, logger }, ({ api }) =>
      api(`/v1/conversations/${conversationId}/request-transfer`, {
        transferId: `${conversationId}-a`,
        country: 'US',
      }),
    );
    expect(decisionIn(stepIn(asked))).toMatchObject({
      outcome: 'TRANSFER_UNAVAILABLE',
      reason: 'TEMPORAL_UNAVAILABLE',
    });
    expect(JSON.stringify(lines)).toContain(`No worker polls the task queue ${taskQueue}`);

    await withCallTransfer(env, { worker: { taskQueue } }, async ({ sandbox }) => {
      expect(await client.result(conversationId)).toMatchObject({
        outcome: 'TRANSFER_UNAVAILABLE',
        reason: 'REQUEST_DEADLINE_EXCEEDED',
      });
      expect(sandbox.requests).toEqual([]);
    });
  });
});

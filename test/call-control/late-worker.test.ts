import { CallTransferClient } from '../../src';
import { decisionIn, eventually } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { keptLog, stepIn, withGateway } from '../support/with-gateway';
import { withRealServer } from '../support/with-temporal';

test('no number is requested for a caller who has got the fallback route while no worker was there', async () => {
  await withRealServer({}, async (env) => {
    const taskQueue = uniqueId('call-transfer');
    const client = new CallTransferClient(env.client, { taskQueue });
    const { lines, logger } = keptLog();
    const begun: string[] = [];
    // On a busy machine there may be no time left to find out that no worker is there: then another caller is sent.
    await eventually(async () => {
      const conversationId = uniqueId('conversation');
      begun.push(conversationId);
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
      return JSON.stringify(lines).includes(`No worker polls the task queue ${taskQueue}`);
    });

    await withCallTransfer(env, { worker: { taskQueue } }, async ({ sandbox }) => {
      for (const conversationId of begun) {
        expect(await client.result(conversationId)).toMatchObject({
          outcome: 'TRANSFER_UNAVAILABLE',
          reason: 'REQUEST_DEADLINE_EXCEEDED',
        });
      }
      expect(sandbox.requests).toEqual([]);
    });
  });
});

import { CallTransferClient, NoAnswerError } from '../../src/index';
import { eventually, newRequest } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withOwnCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const taskQueue = uniqueId('nobody');
const noWorker = expect.objectContaining({
  name: NoAnswerError.name,
  message: `No worker polls the task queue ${taskQueue}: start one, or check the name`,
}) as unknown;

test('what no worker answers is told with the task queue that nobody polls, within the time limit', async () => {
  await withRealServer({}, async (env) => {
    const client = new CallTransferClient(env.client, { taskQueue, answerTimeoutMs: 1500 });
    const request = newRequest();
    const startedAt = performance.now();
    await expect(client.requestTransfer(request)).rejects.toEqual(noWorker);
    expect(performance.now() - startedAt).toBeLessThan(1700);
    await expect(client.conversation(request.conversationId)).rejects.toEqual(noWorker);
    await expect(client.check()).rejects.toEqual(noWorker);
  });
});

test('a worker that polls is found', async () => {
  await withRealServer({}, (env) =>
    withOwnCallTransfer(env, {}, async ({ client }) => {
      await expect(
        eventually(() =>
          client.check().then(
            () => true,
            () => false,
          ),
        ),
      ).resolves.toBe(true);
    }),
  );
});

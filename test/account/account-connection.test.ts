import { AccountConnection } from '../../src/account/account-connection';
import { uniqueId } from '../support/unique-id';
import { withRealServer } from '../support/with-temporal';

test('calls whose workflow has ended, or is gone, are found; one that runs is not', async () => {
  await withRealServer({}, async ({ client, connection }) => {
    const start = async () => {
      const workflowId = uniqueId('call');
      return await client.workflow.start('callTransferWorkflow', {
        workflowId,
        taskQueue: uniqueId('nobody'),
      });
    };
    const [running, ended] = [await start(), await start()];
    await ended.terminate();
    const account = new AccountConnection(connection, client.options.namespace, uniqueId('account'));
    const calls = [
      { transferId: 'running', workflowId: running.workflowId },
      { transferId: 'ended', workflowId: ended.workflowId },
      { transferId: 'gone', workflowId: uniqueId('call') },
    ];
    await expect(account.activities.callTransferFindEndedCalls(calls)).resolves.toEqual(['ended', 'gone']);
  });
});

test('an account whose ledger nobody serves gives no answer within two seconds', async () => {
  await withRealServer({}, async ({ client, connection }) => {
    const account = new AccountConnection(connection, client.options.namespace, uniqueId('account'));
    const ask = {
      ceilings: { concurrentCalls: 1, requestsPerSecond: null, requestsPerDay: null },
      ended: [],
      calls: [],
      requests: 1,
      sendWithinMs: 100,
    };
    const outcome = await Promise.race([
      account.ask(ask).catch(() => 'no answer'),
      new Promise((resolve) => setTimeout(resolve, 2000, 'it waits')),
    ]);
    expect(outcome).toBe('no answer');
  });
});

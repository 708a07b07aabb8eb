import { CallTransferClient, conversationWorkflowId } from '../../src/index';
import { eventually } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { WorkerProcess } from '../support/worker-process';
import { workerEnvironment } from '../worker/with-survivors';

test('a collector reads the log line by line, with the ids of calls and nothing personal', async () => {
  await withRealServer({}, (env, server) =>
    withSandbox({}, async (sandbox) => {
      const taskQueue = uniqueId('log');
      const worker = new WorkerProcess({
        ...workerEnvironment(server, sandbox, taskQueue),
        CALL_TRANSFER_LOG_FORMAT: 'json',
      });
      try {
        const entries = () =>
          worker.output
            .split('\n')
            .filter((line) => line.startsWith('{"time"'))
            .map((line) => JSON.parse(line) as Record<string, unknown>);
        await eventually(() => Promise.resolve(entries().some(({ state }) => state === 'RUNNING')));
        sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
        const conversationId = uniqueId('logged');
        await new CallTransferClient(env.client, { taskQueue }).requestTransfer({
          conversationId,
          transferId: 'leg-1',
          country: 'US',
          inputContext: { inputVariables: { said: 'ZZ-said' } },
        });
        const entry = await eventually(() =>
          Promise.resolve(entries().find(({ message }) => message === 'The customer falls back')),
        );
        expect(entry).toMatchObject({
          level: 'WARN',
          workflowId: conversationWorkflowId(conversationId),
          transferId: 'leg-1',
          outcome: 'TRANSFER_UNAVAILABLE',
          reason: 'ASAPP_CREDENTIALS_REFUSED',
        });
        expect(Date.parse(String(entry['time']))).toBeGreaterThan(Date.now() - 60_000);
        for (const personal of ['ZZ-said', sandbox.asapp.apiSecret])
          expect(worker.output).not.toContain(personal);
      } finally {
        await worker.kill();
      }
    }),
  );
});

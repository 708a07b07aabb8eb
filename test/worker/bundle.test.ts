/** The worker with workflows that were bundled beforehand. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { accountQuery, accountWorkflowId } from '../../src/account/messages';
import { CallTransferClient } from '../../src/index';
import { newRequest } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { workerBundle } from '../support/worker-bundle';
import { withWorkerProcesses } from '../support/worker-process';

import { workerEnvironment } from './with-survivors';

const withWorkers: typeof withWorkerProcesses = async (more, body) =>
  await withRealServer({}, (_, server) =>
    withSandbox({}, (sandbox) =>
      withWorkerProcesses({ ...workerEnvironment(server, sandbox, uniqueId('queue')), ...more }, body),
    ),
  );

test('serves calls and the ledger of their account, and bundles nothing at its start', async () => {
  const CALL_TRANSFER_WORKFLOW_BUNDLE = await workerBundle();
  await withRealServer({}, (env, server) =>
    withSandbox({}, async (sandbox) => {
      const [taskQueue, account] = [uniqueId('queue'), uniqueId('account')];
      const environment = {
        ...workerEnvironment(server, sandbox, taskQueue),
        ...unhurried.environment,
        CALL_TRANSFER_WORKFLOW_BUNDLE,
        CALL_TRANSFER_ASAPP_ACCOUNT: account,
        CALL_TRANSFER_MAX_CONCURRENT_CALLS: '5',
      };
      await withWorkerProcesses(environment, async (startWorker) => {
        const worker = await startWorker();
        const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
        expect((await client.requestTransfer(newRequest())).action).toBe('DIAL');
        const ledger = env.client.workflow.getHandle(accountWorkflowId(account));
        expect(await ledger.query(accountQuery)).toMatchObject({ openCalls: 1 });
        expect(worker.output).not.toMatch(/webpack|bundle|Ignoring/i);
      });
    }),
  );
});

test('a bundle for an encrypting, tracing worker is refused by one that does neither', async () => {
  const CALL_TRANSFER_WORKFLOW_BUNDLE = await workerBundle({ encryption: true, tracing: true });
  await withWorkers({ CALL_TRANSFER_WORKFLOW_BUNDLE }, async (startWorker) => {
    await expect(startWorker()).rejects.toThrow(
      /CALL_TRANSFER_WORKFLOW_BUNDLE: .* does not fit this worker.*\n.*encryption on, tracing on\n.*encryption off, tracing off/,
    );
    const keys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
    await startWorker({ CALL_TRANSFER_ENCRYPTION_KEYS: keys, OTEL_EXPORTER_OTLP_ENDPOINT });
  });
});

test('a bundle of another release is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const CALL_TRANSFER_WORKFLOW_BUNDLE = join(folder, 'workflows.js');
    const code = await readFile(await workerBundle(), 'utf8');
    await writeFile(
      CALL_TRANSFER_WORKFLOW_BUNDLE,
      code.replace(/call-transfer [\d.]+/, 'call-transfer 0.0.1'),
    );
    await withWorkers({ CALL_TRANSFER_WORKFLOW_BUNDLE }, async (startWorker) => {
      await expect(startWorker()).rejects.toThrow('does not fit this worker');
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

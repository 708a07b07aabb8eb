import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { typedContestant } from '../../bench/temporal-contestants';
import { asappEnvironment, type AsappAccess } from '../../dev/demo/asapp-environment';
import { WorkerProcess } from '../../dev/demo/worker-process';
import { TemporalServer } from '../../dev/temporal-server';
import { CallTransferClient, DEFAULT_TASK_QUEUE, forWaitingCallers } from '../../lib/index';
import packageJson from '../../package.json';
import type { Part, Peer } from '../measure/peer';
import { versionOf } from '../measure/versions';

const run = promisify(execFile);
const lib = join(__dirname, '..', '..', 'lib');

/** This package's worker, asked by its own client, on Temporal's development server: in memory, or with a SQLite file. */
export const startThisPackage =
  (name: string, store: 'memory' | 'file') =>
  async (asapp: AsappAccess, folder: string): Promise<Peer> => {
    const server = await TemporalServer.start(
      store === 'file' ? { dbFilename: join(folder, 'temporal.db'), synchronous: 'FULL' } : {},
    );
    const connection = await Connection.connect(forWaitingCallers({ address: server.address }));
    const environment = {
      ...asappEnvironment(asapp),
      TEMPORAL_ADDRESS: server.address,
      CALL_TRANSFER_LOG_LEVEL: 'ERROR',
      CALL_TRANSFER_WORKFLOW_BUNDLE: await bundledWorkflows(folder),
      // The numbers of the kill test live for seconds.
      CALL_TRANSFER_DIAL_MARGIN_MS: '1000',
    };
    const startWorker = () =>
      WorkerProcess.start(environment, connection, {
        namespace: 'default',
        taskQueue: DEFAULT_TASK_QUEUE,
        logFile: join(folder, 'worker.log'),
      });
    let worker = await startWorker();
    const client = new Client({ connection });
    const calls = new CallTransferClient(client);
    return {
      contestant: {
        ...typedContestant(client, { name, taskQueue: DEFAULT_TASK_QUEUE }),
        get pid() {
          return worker.pid;
        },
      },
      versions: {
        'temporal-call-transfer': packageJson.version,
        '@temporalio/worker': await versionOf('@temporalio/worker'),
        'temporal server': await serverVersion(connection),
      },
      durability:
        store === 'file'
          ? 'the development server with a SQLite file, which it syncs to disk at each commit'
          : 'none: the development server, in memory',
      parts: [
        {
          name: 'worker',
          pid: () => worker.pid,
          kill: () => worker.kill(),
          restart: async () => {
            worker = await startWorker();
          },
        },
        serverPart(server),
      ],
      decision: async ({ conversationId }) => (await calls.conversation(conversationId)).decision,
      stop: async () => {
        await worker.kill();
        await connection.close();
        await server.kill();
      },
    };
  };

const serverPart = (server: TemporalServer): Part => ({
  name: 'server',
  pid: () => server.pid,
  kill: () => server.kill(),
  restart: () => server.restart(),
});

/** Bundled once for all starts of a worker, as docs/operations.md advises. */
async function bundledWorkflows(folder: string): Promise<string> {
  const file = join(folder, '..', 'workflows.js');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await run(process.execPath, [join(lib, 'bin', 'bundle.js'), file]);
  return file;
}

async function serverVersion(connection: Connection): Promise<string> {
  return (await connection.workflowService.getSystemInfo({})).serverVersion;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Connection } from '@temporalio/client';

import { WorkerProcess } from '../../dev/demo/worker-process';
import { forWaitingCallers } from '../../src/index';
import { eventually } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withRealServer } from '../support/with-temporal';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'worker-process-'))));
afterAll(() => rm(folder, { recursive: true }));

const running = (command: string, namespace = 'default') => ({
  namespace,
  taskQueue: uniqueId('worker-process'),
  logFile: join(folder, 'log'),
  command: ['--eval', command],
});

const childProcesses = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;

test('a worker whose start fails is not left running', async () => {
  await withRealServer({}, async ({ connection }) => {
    const before = childProcesses();
    const idle = running('setInterval(() => undefined, 1000)', 'no-such-namespace');
    await expect(WorkerProcess.start({}, connection, idle)).rejects.toThrow(/no-such-namespace/);
    await eventually(() => Promise.resolve(childProcesses() === before));
  });
});

test('while Temporal is away, a worker that ends says why', async () => {
  const nobody = Connection.lazy(forWaitingCallers({ address: '127.0.0.1:1' }));
  const ends = running('console.log("no settings"); process.exitCode = 3');
  try {
    await expect(WorkerProcess.start({}, nobody, ends)).rejects.toThrow(/did not start:\nno settings/);
  } finally {
    await nobody.close();
  }
});

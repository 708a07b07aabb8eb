import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Connection } from '@temporalio/client';

import { TemporalServer, type TemporalServerOptions } from '../../dev/temporal-server';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function withServer<T>(
  body: (server: TemporalServer) => Promise<T>,
  options: TemporalServerOptions = {},
): Promise<T> {
  const server = await TemporalServer.start(options);
  try {
    return await body(server);
  } finally {
    await server.kill();
  }
}

describe('a development server', () => {
  it('is gone after stop, and stop may be repeated', async () => {
    await withServer(async (server) => {
      const pid = server.pid ?? 0;
      expect(isAlive(pid)).toBe(true);
      await server.stop();
      await server.stop();
      expect(isAlive(pid)).toBe(false);
      expect(server.pid).toBeUndefined();
    });
  });

  it('is not taken for ready where another one has its port', async () => {
    await withServer(async (server) => {
      const port = Number(server.address.split(':')[1]);
      await expect(TemporalServer.start({ port })).rejects.toThrow(
        /did not start.*\n.*address already in use/,
      );
    });
  });

  it('has its task queues in one piece, where nothing else is asked for', async () => {
    const partitionsOf = async ({ address }: TemporalServer) => {
      const connection = await Connection.connect({ address });
      try {
        const { workflowTaskQueuePartitions } = await connection.workflowService.listTaskQueuePartitions({
          namespace: 'default',
          taskQueue: { name: 'any' },
        });
        return workflowTaskQueuePartitions.length;
      } finally {
        await connection.close();
      }
    };
    expect(await withServer(partitionsOf)).toBe(1);
    const dynamicConfig = { 'matching.numTaskqueueWritePartitions': 3 };
    expect(await withServer(partitionsOf, { dynamicConfig })).toBe(3);
  });

  it('says that its executable is missing', async () => {
    await expect(TemporalServer.start({ executable: '/nowhere/temporal' })).rejects.toThrow('ENOENT');
  });

  it('serves the Web UI where it is asked to', async () => {
    const page = await withServer((server) => fetch(server.uiUrl ?? ''), { uiPort: 'free' });
    expect(page.status).toBe(200);
  });

  it('dies with the process that started it, even where that one is killed', async () => {
    const program = `
      const { TemporalServer } = require(${JSON.stringify(join(__dirname, '../../dev/temporal-server.ts'))});
      TemporalServer.start().then((server) => console.log(server.pid));
    `;
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: join(__dirname, '../..'),
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let tries = 0; isAlive(pid) && tries < 100; tries++) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Connection } from '@temporalio/client';

import { TemporalServer } from '../../dev/temporal-server';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function withServer(body: (server: TemporalServer) => Promise<void>): Promise<void> {
  const server = await TemporalServer.start();
  try {
    await body(server);
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
    const partitionsOf = async (dynamicConfig?: Record<string, number>) => {
      const server = await TemporalServer.start(dynamicConfig === undefined ? {} : { dynamicConfig });
      const connection = await Connection.connect({ address: server.address });
      try {
        const { workflowTaskQueuePartitions } = await connection.workflowService.listTaskQueuePartitions({
          namespace: 'default',
          taskQueue: { name: 'any' },
        });
        return workflowTaskQueuePartitions.length;
      } finally {
        await connection.close();
        await server.kill();
      }
    };
    expect(await partitionsOf()).toBe(1);
    expect(await partitionsOf({ 'matching.numTaskqueueWritePartitions': 3 })).toBe(3);
  });

  it('says that its executable is missing', async () => {
    await expect(TemporalServer.start({ executable: '/nowhere/temporal' })).rejects.toThrow('ENOENT');
  });

  it('serves the Web UI where it is asked to', async () => {
    const server = await TemporalServer.start({ uiPort: 'free' });
    try {
      const page = await fetch(server.uiUrl ?? '');
      expect(page.status).toBe(200);
    } finally {
      await server.kill();
    }
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

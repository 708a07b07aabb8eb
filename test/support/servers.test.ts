import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import type { greetAfter } from './smoke-workflow';
import { uniqueId } from './unique-id';
import { withOwnServer, withRealServer, withTimeSkipping } from './with-temporal';
import { workflowBundle } from './workflow-bundle';

async function greet(env: TestWorkflowEnvironment, milliseconds?: number): Promise<string> {
  const taskQueue = uniqueId('smoke');
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: await workflowBundle(require.resolve('./smoke-workflow')),
  });
  return worker.runUntil(
    env.client.workflow.execute<typeof greetAfter>('greetAfter', {
      taskQueue,
      workflowId: uniqueId('smoke'),
      args: milliseconds === undefined ? ['you'] : ['you', milliseconds],
    }),
  );
}

describe('withTimeSkipping', () => {
  it('runs a workflow of an hour at once', async () => {
    await withTimeSkipping(async (env) => {
      await expect(greet(env)).resolves.toBe('Hello, you');
    });
  });
});

describe('withRealServer', () => {
  it('runs a workflow', async () => {
    await withRealServer({}, async (env) => {
      await expect(greet(env, 10)).resolves.toBe('Hello, you');
    });
  });

  it('shares one server among the tests of a file', async () => {
    const addresses = [
      await withRealServer({}, (_, server) => Promise.resolve(server.address)),
      await withRealServer({}, (_, server) => Promise.resolve(server.address)),
    ];
    expect(addresses[0]).toBe(addresses[1]);
  });

  it('knows after a kill and a restart what it knew before, where it keeps a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-'));
    try {
      await withOwnServer({ dbFilename: join(folder, 'server.db') }, async (env, server) => {
        const workflowId = uniqueId('kept');
        await env.client.workflow.start('nobodyRunsIt', { taskQueue: 'nobody', workflowId });
        const { address, pid } = server;
        await server.kill();
        await server.restart();
        expect(server.address).toBe(address);
        expect(server.pid).not.toBe(pid);
        const { status } = await described(env, workflowId);
        expect(status.name).toBe('RUNNING');
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** The client's channel needs a moment to find the server again. */
async function described(env: TestWorkflowEnvironment, workflowId: string) {
  for (let tries = 1; ; tries++) {
    try {
      return await env.client.workflow.getHandle(workflowId).describe();
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(250);
    }
  }
}

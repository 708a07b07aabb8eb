import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';

import { CallTransferClient, CallTransferPlugin, type CallTransferPluginOptions } from '../../src/index';
import type { Sandbox } from '../../src/sandbox';

import { uniqueId } from './unique-id';
import { withSandbox } from './with-sandbox';
import { withRealServer } from './with-temporal';
import { workflowBundle } from './workflow-bundle';

export interface WithWorkerAtTimes {
  env: TestWorkflowEnvironment;
  client: CallTransferClient;
  sandbox: Sandbox;
  /** There is a worker while the body runs, and at no other time. */
  served: <T>(body: () => Promise<T>) => Promise<T>;
}

/** Runs the body with a real server, a stand-in for ASAPP, and a worker only when it says so. The client waits long enough. */
export async function withWorkerAtTimes<T>(
  setup: Pick<CallTransferPluginOptions, 'settings'> & { worker?: Partial<WorkerOptions> },
  body: (underTest: WithWorkerAtTimes) => Promise<T>,
): Promise<T> {
  const { worker: options, ...rest } = setup;
  return await withRealServer({}, (env) =>
    withSandbox({}, async (sandbox) => {
      const taskQueue = uniqueId('at-times');
      const client = new CallTransferClient(env.client, { taskQueue, answerTimeoutMs: 20_000 });
      return await body({
        env,
        client,
        sandbox,
        served: async (beingServed) => {
          const worker = await Worker.create({
            connection: env.nativeConnection,
            taskQueue,
            workflowBundle: await workflowBundle(),
            plugins: [new CallTransferPlugin({ asapp: sandbox.asapp, ...rest })],
            ...options,
          });
          return await worker.runUntil(beingServed);
        },
      });
    }),
  );
}

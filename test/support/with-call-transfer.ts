import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';

import { CallTransferClient, CallTransferPlugin, type CallTransferPluginOptions } from '../../src/index';
import type { Sandbox, SandboxOptions } from '../../src/sandbox';

import { forFile } from './for-file';
import { uniqueId } from './unique-id';
import { withSandbox } from './with-sandbox';
import { withRealServer } from './with-temporal';
import { workflowBundle } from './workflow-bundle';

export interface CallTransferSetup {
  sandbox?: SandboxOptions;
  routing?: CallTransferPluginOptions['routing'];
  settings?: CallTransferPluginOptions['settings'];
  worker?: Partial<WorkerOptions>;
}

export interface CallTransferUnderTest {
  env: TestWorkflowEnvironment;
  client: CallTransferClient;
  sandbox: Sandbox;
  taskQueue: string;
}

/** Runs the body with a stand-in for ASAPP and a worker that has the plugin, on a task queue of their own. */
export async function withCallTransfer<T>(
  env: TestWorkflowEnvironment,
  { sandbox: sandboxOptions = {}, routing, settings, worker: workerOptions }: CallTransferSetup,
  body: (underTest: CallTransferUnderTest) => Promise<T>,
): Promise<T> {
  return await withSandbox(sandboxOptions, async (sandbox) => {
    const taskQueue = uniqueId('call-transfer');
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(),
      // Each thread takes its time to start, and most tests have one call at a time.
      workflowThreadPoolSize: 1,
      plugins: [
        new CallTransferPlugin({
          asapp: sandbox.asapp,
          ...(routing === undefined ? {} : { routing }),
          ...(settings === undefined ? {} : { settings }),
        }),
      ],
      ...workerOptions,
    });
    const client = new CallTransferClient(env.client, { taskQueue });
    return await worker.runUntil(body({ env, client, sandbox, taskQueue }));
  });
}

/**
 * One stand-in for ASAPP and one worker on the real server, for all tests of a file. What goes wrong with ASAPP in a test
 * does not in the next one; its requests and calls are all there, so tests ask for those of their own ids.
 */
export function callTransferForFile(setup: CallTransferSetup = {}): () => CallTransferUnderTest {
  const underTest = forFile<CallTransferUnderTest>((body) =>
    withRealServer({}, (env) => withCallTransfer(env, setup, body)),
  );
  afterEach(() => {
    underTest().sandbox.heal();
  });
  return underTest;
}

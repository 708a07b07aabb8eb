/**
 * `npx tsx dev/time-skipping-stall/run.ts`: the smallest case in which Temporal's time-skipping test server leaves a workflow
 * standing still (`decisions/0033`), on the real server and on that one. Ends with 0 as long as they differ.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

import { findBinary } from '../temporal-binaries/find-binary';
import { temporalTestServer } from '../temporal-binaries/pinned';
import { TemporalServer } from '../temporal-server';

/** Longer than the workflow needs, and than a workflow task may take: the server should have repeated it by then. */
const PATIENCE_MS = 20_000;
const taskQueue = 'time-skipping-stall';

/** Runs the workflow, and says what became of it. */
async function play(env: TestWorkflowEnvironment): Promise<string> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    activities: { takeTwoSeconds: () => sleep(2_000) },
  });
  return await worker.runUntil(async () => {
    const workflowId = taskQueue;
    const handle = await env.client.workflow.start('cancelFiredTimer', { taskQueue, workflowId });
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const { status, historyLength } = await handle.describe();
      if (status.name !== 'RUNNING') return status.name;
      if (Date.now() > giveUpAt) {
        await handle.terminate();
        return `STANDS STILL after ${historyLength} events`;
      }
      await sleep(500);
    }
  });
}

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const server = await TemporalServer.start();
  const real = await TestWorkflowEnvironment.createFromExistingServer({ address: server.address });
  const onReal = await play(real).finally(async () => {
    await real.teardown();
    await server.kill();
  });
  console.log(`the real server: ${onReal}`);

  const { path } = await findBinary(temporalTestServer);
  const skipping = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const onSkipping = await play(skipping).finally(() => skipping.teardown());
  console.log(`the time-skipping server: ${onSkipping}`);
  process.exitCode = onReal === onSkipping ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

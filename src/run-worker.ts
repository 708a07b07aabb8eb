import { setFlagsFromString } from 'node:v8';

import { NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { readWorkerBundle } from './bundling/worker-bundle';
import { unknownRoutes } from './call-control/routes';
import { readEncryption } from './codec/environment';
import { readAll } from './environment/read-environment';
import { CallTransferPlugin } from './plugin';
import { routesIn } from './routing/table';
import { readWorkerEnvironment } from './worker-process/environment';
import { recordOpenCalls } from './worker-process/open-calls';
import { workerRuntime } from './worker-process/runtime';
import { connectedTo, readTemporalEnvironment } from './worker-process/temporal-environment';
import type { startTracing } from './worker-process/tracing';

/** How long a workflow task waits for the worker that knows the call, before any other takes it. */
const STICKY_TIMEOUT_MS = 1000;

/**
 * How many frames a stack trace of workflow code has, two of them the SDK's own. The SDK takes one for each promise, for
 * the Web UI's stack trace tab: with V8's default of ten that is a fifth of a worker's work (`decisions/0016`).
 */
const WORKFLOW_STACK_FRAMES = 3;

/** A conversation ends on the version that it began on: no customer's call sees two versions of the workflow. */
const pinned = { useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } as const;

/** Reads the environment, joins the parts, runs until SIGTERM or SIGINT. */
export async function runWorker(tracing: Awaited<ReturnType<typeof startTracing>>): Promise<void> {
  const [environment, { connectionOptions, namespace }, dataConverter] = await readAll(
    () => readWorkerEnvironment(process.env),
    () => readTemporalEnvironment(process.env),
    () => readEncryption(process.env),
  );
  const { taskQueue, metricsAddress, workflowBundle, deploymentVersion: version, routingTable } = environment;
  const unknown = routingTable && unknownRoutes(routesIn(routingTable));
  if (unknown !== undefined) process.emitWarning(`CALL_TRANSFER_ROUTING_FILE: ${unknown}`);
  Runtime.install(workerRuntime(environment));
  // Holds for the threads of workflows, which start later, and not for this one.
  setFlagsFromString(`--stack-trace-limit=${WORKFLOW_STACK_FRAMES}`);
  const encryption = dataConverter?.failureConverterPath !== undefined;
  const isFor = { encryption, tracing: tracing !== undefined };
  const bundle = workflowBundle && { workflowBundle: await readWorkerBundle(workflowBundle, isFor) };
  const connection = await connectedTo(connectionOptions.address, () =>
    NativeConnection.connect(connectionOptions),
  );
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...bundle,
      plugins: [...(tracing === undefined ? [] : [tracing.plugin]), new CallTransferPlugin(environment)],
      ...(dataConverter === undefined ? {} : { dataConverter }),
      ...(version && { workerDeploymentOptions: { ...pinned, version } }),
      shutdownGraceTime: environment.shutdownGraceMs,
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    });
    const stopped = new AbortController();
    await Promise.all([
      worker.run().finally(() => {
        stopped.abort();
      }),
      metricsAddress !== undefined && recordOpenCalls(connection, namespace, taskQueue, stopped.signal),
    ]);
  } finally {
    await connection.close();
    await tracing?.shutdown();
  }
}

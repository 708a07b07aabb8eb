#!/usr/bin/env node
/**
 * The call transfer's own worker: reads the environment, joins the parts, runs until SIGTERM or SIGINT.
 *
 * On a signal it takes no new work and finishes the activities that run; calls in flight go on in another
 * worker, from where their histories stand.
 */
import { setFlagsFromString } from 'node:v8';

import type { WorkerDeploymentVersion } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker, type WorkerDeploymentOptions } from '@temporalio/worker';

import { readWorkerBundle } from './bundling/worker-bundle';
import { readEncryption } from './codec/environment';
import { run } from './environment/program';
import { readAll } from './environment/read-environment';
import { CallTransferPlugin } from './plugin';
import { readWorkerEnvironment } from './worker-process/environment';
import { recordOpenCalls } from './worker-process/open-calls';
import { workerRuntime } from './worker-process/runtime';
import { startTracing } from './worker-process/tracing';

/** How long a workflow task waits for the worker that knows the call, before any other takes it. */
const STICKY_TIMEOUT_MS = 1000;

/**
 * How many frames a stack trace of workflow code has, two of them the SDK's own. The SDK takes one for each promise, for
 * the Web UI's stack trace tab: with V8's default of ten that is a fifth of a worker's work (`decisions/0016`).
 */
const WORKFLOW_STACK_FRAMES = 3;

/** A conversation ends on the version that it began on: no customer's call sees two versions of the workflow. */
const pinnedTo = (version: WorkerDeploymentVersion): WorkerDeploymentOptions => ({
  version,
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'PINNED',
});

run('The worker', async () => {
  const tracing = await startTracing(process.env, 'call-transfer-worker');
  const [environment, dataConverter] = await readAll(
    () => readWorkerEnvironment(process.env),
    () => readEncryption(process.env),
  );
  const { taskQueue, metricsAddress, workflowBundle, deploymentVersion } = environment;
  Runtime.install(workerRuntime(environment));
  // Holds for the threads of workflows, which start later, and not for this one.
  setFlagsFromString(`--stack-trace-limit=${WORKFLOW_STACK_FRAMES}`);
  const bundle =
    workflowBundle === undefined
      ? {}
      : {
          workflowBundle: await readWorkerBundle(workflowBundle, {
            encryption: dataConverter?.failureConverterPath !== undefined,
            tracing: tracing !== undefined,
          }),
        };
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...bundle,
      plugins: [...(tracing === undefined ? [] : [tracing.plugin]), new CallTransferPlugin(environment)],
      ...(dataConverter === undefined ? {} : { dataConverter }),
      ...(deploymentVersion === undefined ? {} : { workerDeploymentOptions: pinnedTo(deploymentVersion) }),
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
});

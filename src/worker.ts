#!/usr/bin/env node
/**
 * The call transfer's own worker, until SIGTERM or SIGINT.
 *
 * On a signal it takes no new work and finishes the activities that run; calls in flight go on in another
 * worker, from where their histories stand.
 */
import { checkPackages, packagesOf } from './environment/needed-packages';
import { run } from './environment/program';
import { startTracing } from './worker-process/tracing';

run('The worker', async () => {
  checkPackages('The worker', packagesOf.worker(process.env));
  const tracing = await startTracing(process.env, 'call-transfer-worker');
  const { runWorker } = await import('./run-worker.js');
  await runWorker(tracing);
});

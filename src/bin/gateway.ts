#!/usr/bin/env node
/**
 * The gateway: reads the environment, joins the parts, runs until SIGTERM or SIGINT.
 *
 * On a signal it says that it is not ready, goes on for a moment so that no more calls are sent to it, and then
 * finishes the requests that it has.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';

import { readGatewayEnvironment } from '../call-control/gateway/environment';
import { serveGatewayMetrics } from '../call-control/gateway/metrics';
import { CallTransferClient } from '../client/call-transfer-client';
import { forWaitingCallers } from '../client/waiting-callers';
import { readEncryption } from '../codec/environment';
import { checkPackages, packagesOf } from '../environment/needed-packages';
import { run, untilStopped } from '../environment/program';
import { readAll } from '../environment/read-environment';
import { connectedTo, readTemporalEnvironment } from '../worker-process/temporal-environment';
import { startTracing } from '../worker-process/tracing';

run('The gateway', async () => {
  checkPackages('The gateway', packagesOf.gateway(process.env));
  const tracing = await startTracing(process.env, 'call-transfer-gateway');
  const { createGateway } = await import('../call-control/gateway/create-gateway.js');
  const [gatewayEnvironment, { connectionOptions, namespace }, dataConverter] = await readAll(
    () => readGatewayEnvironment(process.env),
    () => readTemporalEnvironment(process.env),
    () => readEncryption(process.env),
  );
  const { host, port, taskQueue, drainMs, metricsAddress, options } = gatewayEnvironment;
  // Lazy: while Temporal is down callers get the fallback route.
  const connection = await connectedTo(connectionOptions.address, () =>
    Connection.lazy(forWaitingCallers(connectionOptions)),
  );
  const temporal = new Client({
    connection,
    namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(tracing === undefined ? {} : { plugins: [tracing.plugin] }),
  });
  const client = new CallTransferClient(temporal, {
    taskQueue,
    answerTimeoutMs: options.disconnectLimitMs ?? 4000,
  });
  let isStopping = false;
  const metrics = metricsAddress === undefined ? undefined : await serveGatewayMetrics(metricsAddress);
  const gateway = await createGateway({
    ...options,
    ...metrics?.listeners,
    client,
    isReady: async () => {
      if (isStopping) return false;
      await client.check();
      return true;
    },
  });
  const stopped = untilStopped();
  const address = await gateway.listen({ host, port });
  console.log(`The gateway listens on ${address}; its description is at ${address}/openapi.json`);
  await stopped;
  isStopping = true;
  await sleep(drainMs);
  await gateway.close();
  await connection.close();
  await metrics?.close();
  await tracing?.shutdown();
});

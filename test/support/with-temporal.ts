/**
 * Temporal servers for tests.
 *
 * - {@link withTimeSkipping}: hours pass in milliseconds. A server of its own for each call, since time is the
 *   server's and not the workflow's.
 * - {@link withRealServer}: the real thing. One server for the whole run, whose tests therefore name everything with
 *   `uniqueId`; `TEST_TEMPORAL_ADDRESS` names it. For other options than none, one for each test file.
 * - {@link withOwnServer}: the real thing for one call alone, to be killed and restarted.
 *
 * Both know this package's search attributes. Which server differs in what: `withRealServer` where a repeated
 * update id, a signal to a closed workflow or a list of workflows matters; `withTimeSkipping` where time does.
 */
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { findBinary } from '../../dev/temporal-binaries/find-binary';
import { temporalTestServer } from '../../dev/temporal-binaries/pinned';
import { TemporalServer, type TemporalServerOptions } from '../../dev/temporal-server';
import { searchAttributeKeys } from '../../src/contract/search-attributes';

import { afterFile } from './for-file';
import { sharedServerAddress } from './shared-server';

Runtime.install({
  logger: new DefaultLogger('WARN'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }) } },
});

interface RealServer<Server> {
  env: TestWorkflowEnvironment;
  server: Server;
}

/** A server that is not the test's own: not to be stopped. */
export type SharedServer = Pick<TemporalServer, 'address'>;

const shared = new Map<string, Promise<RealServer<SharedServer>>>();

/** Runs the body with a server that skips time, and closes it. */
export async function withTimeSkipping<T>(body: (env: TestWorkflowEnvironment) => Promise<T>): Promise<T> {
  const { path } = await findBinary(temporalTestServer);
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  try {
    const types = temporal.api.enums.v1.IndexedValueType;
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(
        searchAttributeKeys.map(({ name, type }) => [name, types[`INDEXED_VALUE_TYPE_${type}`]]),
      ),
    });
    return await body(env);
  } finally {
    await env.teardown();
  }
}

/** Runs the body with a real server that tests share. */
export async function withRealServer<T>(
  options: TemporalServerOptions,
  body: (env: TestWorkflowEnvironment, server: SharedServer) => Promise<T>,
): Promise<T> {
  const { env, server } = await sharedServer(options);
  return await body(env, server);
}

/** Runs the body with a real server for this call alone, which it may kill and restart, and closes it. */
export async function withOwnServer<T>(
  options: TemporalServerOptions,
  body: (env: TestWorkflowEnvironment, server: TemporalServer) => Promise<T>,
): Promise<T> {
  const { env, server } = await open(options);
  try {
    return await body(env, server);
  } finally {
    await env.teardown();
    await server.kill();
  }
}

function sharedServer(options: TemporalServerOptions): Promise<RealServer<SharedServer>> {
  const key = JSON.stringify(options);
  const starting = shared.get(key) ?? openShared(options);
  shared.set(key, starting);
  return starting;
}

async function openShared(options: TemporalServerOptions): Promise<RealServer<SharedServer>> {
  const address = sharedServerAddress();
  if (address !== undefined && Object.keys(options).length === 0) {
    const there = await environmentOf({ address });
    afterFile(() => there.env.teardown());
    return there;
  }
  const own = await open(options);
  afterFile(async () => {
    await own.env.teardown();
    await own.server.kill();
  });
  return own;
}

async function open(options: TemporalServerOptions): Promise<RealServer<TemporalServer>> {
  const server = await TemporalServer.start({ searchAttributes: searchAttributeKeys, ...options });
  try {
    return await environmentOf(server);
  } catch (error) {
    await server.kill();
    throw error;
  }
}

const environmentOf = async <Server extends SharedServer>(server: Server): Promise<RealServer<Server>> => ({
  server,
  env: await TestWorkflowEnvironment.createFromExistingServer({ address: server.address }),
});

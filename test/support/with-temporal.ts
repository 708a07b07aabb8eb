/**
 * Temporal servers for tests.
 *
 * - {@link withTimeSkipping}: hours pass in milliseconds. A server of its own for each call, since time is the
 *   server's and not the workflow's.
 * - {@link withRealServer}: the real thing. One server for each test file and set of options, shared by its
 *   tests, which therefore name everything with `uniqueId`; closed after the file's last test.
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

Runtime.install({
  logger: new DefaultLogger('WARN'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }) } },
});

/** How a test wants its real server. */
export interface RealServerOptions extends TemporalServerOptions {
  /** A server for this call alone, which the test may kill and restart. Default: the file's shared one. */
  own?: boolean;
}

interface RealServer {
  env: TestWorkflowEnvironment;
  server: TemporalServer;
}

const shared = new Map<string, Promise<RealServer>>();

afterAll(async () => {
  for (const starting of shared.values()) await close(await starting);
  shared.clear();
});

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

/** Runs the body with a real server; closes it where it is the test's own. */
export async function withRealServer<T>(
  options: RealServerOptions,
  body: (env: TestWorkflowEnvironment, server: TemporalServer) => Promise<T>,
): Promise<T> {
  const { own = false, ...serverOptions } = options;
  if (!own) {
    const { env, server } = await sharedServer(serverOptions);
    return body(env, server);
  }
  const opened = await open(serverOptions);
  try {
    return await body(opened.env, opened.server);
  } finally {
    await close(opened);
  }
}

function sharedServer(options: TemporalServerOptions): Promise<RealServer> {
  const key = JSON.stringify(options);
  const starting = shared.get(key) ?? open(options);
  shared.set(key, starting);
  return starting;
}

async function open(options: TemporalServerOptions): Promise<RealServer> {
  const server = await TemporalServer.start({ searchAttributes: searchAttributeKeys, ...options });
  try {
    return {
      server,
      env: await TestWorkflowEnvironment.createFromExistingServer({ address: server.address }),
    };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

async function close({ env, server }: RealServer): Promise<void> {
  await env.teardown();
  await server.kill();
}

import { statSync } from 'node:fs';

import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';

import { EnvironmentError, readEnvironment } from '../environment/read-environment';

const address = z.string().regex(/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i, {
  error: ({ input }) => `must be a host and a port, such as localhost:7233, and no URL: ${String(input)}`,
});
const file = z.string().refine((path) => statSync(path, { throwIfNoEntry: false })?.isFile(), {
  error: ({ input }) => `there is no file ${String(input)}`,
});

const environmentSchema = z.object({
  TEMPORAL_ADDRESS: address.optional(),
  TEMPORAL_CONFIG_FILE: file.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: file.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: file.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file.optional(),
});

/** An empty variable is not set; but an empty header removes that of the profile. */
const isSet = (entry: [string, string | undefined]): entry is [string, string] =>
  entry[1] !== undefined && (entry[1] !== '' || entry[0].startsWith('TEMPORAL_GRPC_META_'));

/**
 * Reads how to reach Temporal, as `@temporalio/envconfig` does, and checks it.
 *
 * @throws EnvironmentError
 */
export function readTemporalEnvironment(environment: NodeJS.ProcessEnv) {
  readEnvironment(environmentSchema, environment);
  const { connectionOptions, namespace = 'default' } = load(environment);
  const found = address.default('localhost:7233').safeParse(connectionOptions.address);
  if (!found.success)
    throw new EnvironmentError(found.error.issues.map(({ message }) => `${PROFILE}: address: ${message}`));
  return { connectionOptions: { ...connectionOptions, address: found.data }, namespace };
}

const PROFILE = 'TEMPORAL_PROFILE';

function load(environment: NodeJS.ProcessEnv) {
  try {
    const overrideEnvVars = Object.fromEntries(Object.entries(environment).filter(isSet));
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n', 1);
    throw new EnvironmentError([`${message.startsWith('Profile') ? PROFILE : 'TEMPORAL_…'}: ${message}`]);
  }
}

/**
 * Connects to Temporal.
 *
 * @throws EnvironmentError that names the address
 */
export async function connectedTo<T>(where: string, connect: () => T | Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    throw new EnvironmentError([`TEMPORAL_ADDRESS: ${where}: ${(error as Error).message}`]);
  }
}

/** Runs the body of a short program over a connection to the Temporal that the environment names. */
export async function withConnection(
  environment: NodeJS.ProcessEnv,
  body: (connection: Connection, namespace: string) => Promise<void>,
): Promise<void> {
  const { connectionOptions, namespace } = readTemporalEnvironment(environment);
  const connection = await connectedTo(connectionOptions.address, () =>
    Connection.connect(connectionOptions),
  );
  try {
    await body(connection, namespace);
  } finally {
    await connection.close();
  }
}

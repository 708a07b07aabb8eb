/** The configuration of a Temporal server on PostgreSQL, all of it on this machine. */
import { freeLowPort } from '../free-port';

import type { Postgres } from './postgres';

export const HOST = '127.0.0.1';

/** The server's stores: the schema that it ships for each, and the database that holds it. */
export const stores = [
  { schema: 'postgresql/v12/temporal', database: 'temporal' },
  { schema: 'postgresql/v12/visibility', database: 'temporal_visibility' },
] as const;

/**
 * What fails inside the database: for each store and each of its methods, the errors and how often each comes, 0 to 1. As
 * `faultInjection` of the server's `persistence` configuration takes it (`common/persistence/faultinjection`).
 */
export type PersistenceFaults = Readonly<
  Record<string, Readonly<Record<string, Readonly<Partial<Record<PersistenceError, number>>>>>>
>;

/** `ExecuteAndTimeout`: it was done, and is reported as failed. */
export type PersistenceError = 'Timeout' | 'ExecuteAndTimeout' | 'ResourceExhausted' | 'ShardOwnershipLost';

/** @param shards - of the history, for good */
export async function serverConfig(
  postgres: Postgres,
  frontendPort: number,
  { shards, faults }: { shards: number; faults: PersistenceFaults },
): Promise<object> {
  const store = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${postgres.host}:${String(postgres.port)}`,
      connectProtocol: 'tcp',
      user: postgres.user,
      maxConns,
      maxIdleConns: maxConns,
      maxConnLifetime: '1h',
    },
  });
  const service = async (grpcPort?: number) => ({
    rpc: {
      grpcPort: grpcPort ?? (await freeLowPort()),
      membershipPort: await freeLowPort(),
      bindOnIP: HOST,
    },
  });
  return {
    log: { stdout: true, level: 'fatal' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      datastores: {
        default: {
          ...store(stores[0].database, 20),
          faultInjection: { targets: { dataStores: faultsOf(faults) } },
        },
        visibility: store(stores[1].database, 10),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: {
      frontend: await service(frontendPort),
      matching: await service(),
      history: await service(),
      worker: await service(),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${HOST}:${String(frontendPort)}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  };
}

const faultsOf = (faults: PersistenceFaults) =>
  mapped(faults, (methods) => ({ methods: mapped(methods, (errors) => ({ errors })) }));

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  to: (from: From) => To,
): Record<string, To> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));

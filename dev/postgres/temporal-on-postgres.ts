/** A Temporal server as one runs it in production: its four services, and PostgreSQL for what it keeps. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Connection } from '@temporalio/client';

import { registerSearchAttributes } from '../../src/worker-process/search-attributes';
import { freeLowPort } from '../free-port';
import { serverSettings, type DynamicConfig } from '../server-settings';

import type { Postgres } from './postgres';
import type { ServerPrograms } from './server-programs';

const run = promisify(execFile);

const READY_WITHIN_MS = 120_000;
const DAY_S = 24 * 60 * 60;
const ip = '127.0.0.1';

/** The server's stores: the schema that it ships for each, and the database that holds it. */
const stores = [
  { schema: 'postgresql/v12/temporal', database: 'temporal' },
  { schema: 'postgresql/v12/visibility', database: 'temporal_visibility' },
] as const;

/** How to run the server. */
export interface TemporalOnPostgresOptions {
  /** Of the history, for good. Default 4, as Temporal's own images have. */
  shards?: number;
  /** Default: `serverSettings` for a server whose search attributes are registered while it runs. */
  dynamicConfig?: DynamicConfig;
}

export class TemporalOnPostgres {
  private constructor(
    /** For gRPC clients, `host:port`. */
    readonly address: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts a server with the namespace `default` and this package's search attributes. */
  static async start(
    { server, sqlTool }: ServerPrograms,
    postgres: Postgres,
    {
      shards = 4,
      dynamicConfig = serverSettings({ attributesAreKnown: false }),
    }: TemporalOnPostgresOptions = {},
  ): Promise<TemporalOnPostgres> {
    for (const { schema, database } of stores) {
      const tool = (...args: string[]) =>
        run(sqlTool, [
          ...['--plugin', 'postgres12', '--endpoint', postgres.host, '--port', String(postgres.port)],
          ...['--user', postgres.user, '--database', database],
          ...args,
        ]);
      await tool('create-database');
      await tool('setup-schema', '-v', '0.0');
      await tool('update-schema', '--schema-name', schema);
    }
    const folder = await mkdtemp(join(tmpdir(), 'temporal-server-'));
    const configFile = join(folder, 'config.json');
    const frontendPort = await freeLowPort();
    // JSON is YAML.
    const config = {
      ...(await configOf(postgres, frontendPort, shards)),
      dynamicConfigClient: { filepath: join(folder, 'dynamic-config.json'), pollInterval: '1m' },
    };
    await writeFile(configFile, JSON.stringify(config));
    const values = Object.entries(dynamicConfig).map(([key, value]) => [key, [{ value }]]);
    await writeFile(config.dynamicConfigClient.filepath, JSON.stringify(Object.fromEntries(values)));
    const child = spawn(server, ['--config-file', configFile, '--allow-no-auth', 'start'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const started = new TemporalOnPostgres(`${ip}:${String(frontendPort)}`, child, folder);
    try {
      await started.makeNamespace();
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Waits for the server, too. */
  private async makeNamespace(): Promise<void> {
    await this.repeatedly(async (connection) => {
      const namespace = 'default';
      try {
        await connection.workflowService.registerNamespace({
          namespace,
          workflowExecutionRetentionPeriod: { seconds: DAY_S as never },
        });
      } catch (error) {
        if (!String(error).includes('already')) throw error;
      }
      await registerSearchAttributes(connection, namespace);
      // The services learn of a namespace one after the other.
      await connection.workflowService.listWorkflowExecutions({
        namespace,
        query: 'CallTransferPhase IS NULL',
      });
    });
  }

  private async repeatedly(attempt: (connection: Connection) => Promise<void>): Promise<void> {
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        const connection = await Connection.connect({ address: this.address, connectTimeout: '2s' });
        try {
          await attempt(connection);
          return;
        } finally {
          await connection.close();
        }
      } catch (error) {
        if (this.child.exitCode !== null || Date.now() > giveUpAt) {
          throw new Error('Temporal on PostgreSQL did not start', { cause: error });
        }
        await sleep(200);
      }
    }
  }
}

async function configOf(postgres: Postgres, frontendPort: number, shards: number): Promise<object> {
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
      bindOnIP: ip,
    },
  });
  return {
    log: { stdout: true, level: 'fatal' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      datastores: { default: store(stores[0].database, 20), visibility: store(stores[1].database, 10) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: ip } },
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
          rpcAddress: `${ip}:${String(frontendPort)}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  };
}

/** A Temporal server as one runs it in production: its four services, and PostgreSQL for what it keeps. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Connection } from '@temporalio/client';

import { registerSearchAttributes } from '../../src/worker-process/search-attributes';
import { endWith } from '../child-process';
import { freeLowPort } from '../free-port';
import { serverSettings, type DynamicConfig } from '../server-settings';

import type { Postgres } from './postgres';
import { HOST, serverConfig, stores, type PersistenceFaults } from './server-config';
import type { ServerPrograms } from './server-programs';

const run = promisify(execFile);

const READY_WITHIN_MS = 120_000;
const DAY_S = 24 * 60 * 60;
const CONFIG_FILE = 'config.json';

/** How to run the server. */
export interface TemporalOnPostgresOptions {
  /** Of the history, for good. Default 4, as Temporal's own images have. */
  shards?: number;
  /** Default: `serverSettings` for a server whose search attributes are registered while it runs. */
  dynamicConfig?: DynamicConfig;
  /** The server's own fault injection. Default: nothing fails. */
  faults?: PersistenceFaults;
}

export class TemporalOnPostgres {
  private child: ChildProcess | undefined;

  private constructor(
    /** For gRPC clients, `host:port`. The same over restarts. */
    readonly address: string,
    private readonly program: string,
    private readonly folder: string,
  ) {}

  /** Starts a server with the namespace `default` and this package's search attributes. */
  static async start(
    { server, sqlTool }: ServerPrograms,
    postgres: Postgres,
    {
      shards = 4,
      dynamicConfig = serverSettings({ attributesAreKnown: false }),
      faults = {},
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
    const frontendPort = await freeLowPort();
    // JSON is YAML.
    const config = {
      ...(await serverConfig(postgres, frontendPort, { shards, faults })),
      dynamicConfigClient: { filepath: join(folder, 'dynamic-config.json'), pollInterval: '1m' },
    };
    await writeFile(join(folder, CONFIG_FILE), JSON.stringify(config));
    const values = Object.entries(dynamicConfig).map(([key, value]) => [key, [{ value }]]);
    await writeFile(config.dynamicConfigClient.filepath, JSON.stringify(Object.fromEntries(values)));
    const started = new TemporalOnPostgres(`${HOST}:${String(frontendPort)}`, server, folder);
    try {
      started.begin(server);
      await started.makeNamespace();
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await endWith(this.child, 'SIGKILL');
  }

  /**
   * Starts it again and waits until it serves.
   *
   * @param program - of another version. Default: the one that it was first started with
   */
  async restart(program = this.program): Promise<void> {
    await this.kill();
    this.begin(program);
    await this.repeatedly(async (connection) => {
      await connection.workflowService.listWorkflowExecutions({ namespace: 'default' });
    });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private begin(program: string): void {
    const args = ['--config-file', join(this.folder, CONFIG_FILE), '--allow-no-auth', 'start'];
    this.child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
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
        if (this.child?.exitCode !== null || Date.now() > giveUpAt) {
          throw new Error('Temporal on PostgreSQL did not start', { cause: error });
        }
        await sleep(200);
      }
    }
  }
}

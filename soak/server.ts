/** The Temporal server of a soak, as it is killed, paused and replaced. */
import { join } from 'node:path';

import { Postgres } from '../dev/postgres/postgres';
import { findServerBefore, findServerPrograms } from '../dev/postgres/server-programs';
import { TemporalOnPostgres } from '../dev/postgres/temporal-on-postgres';
import { TemporalServer } from '../dev/temporal-server';
import { searchAttributeKeys } from '../src/index';

import type { Purpose } from './plans';

export interface SoakServer {
  /** `host:port`, the same over restarts. */
  readonly address: string;
  readonly pid: number | undefined;
  /** As a crash does. */
  restart: () => Promise<void>;
  /** Restarts it into its other version. */
  replace: () => Promise<void>;
  close: () => Promise<void>;
}

/** @param folder - for what it keeps */
export const startServer = (purpose: Purpose, folder: string): Promise<SoakServer> =>
  purpose.server === 'sqlite' ? startOnSqlite(folder) : startOnPostgres(purpose);

async function startOnSqlite(folder: string): Promise<SoakServer> {
  const server = await TemporalServer.start({
    dbFilename: join(folder, 'server.db'),
    searchAttributes: searchAttributeKeys,
  });
  return {
    address: server.address,
    get pid() {
      return server.pid;
    },
    restart: async () => {
      await server.kill();
      await server.restart();
    },
    replace: () => Promise.reject(new Error('Only the server on PostgreSQL has another version')),
    close: () => server.kill(),
  };
}

async function startOnPostgres({ otherVersion, persistenceFaults }: Purpose): Promise<SoakServer> {
  const programs = await findServerPrograms();
  const versions =
    otherVersion === undefined ? [programs.server] : [await findServerBefore(), programs.server];
  const postgres = await Postgres.start();
  const server = await TemporalOnPostgres.start(
    { ...programs, server: versions[0] ?? programs.server },
    postgres,
    persistenceFaults && { faults: persistenceFaults },
  ).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  let replaced = 0;
  const restart = () => server.restart(versions[replaced % versions.length]);
  return {
    address: server.address,
    get pid() {
      return server.pid;
    },
    restart,
    replace: () => {
      replaced++;
      return restart();
    },
    close: async () => {
      await server.stop();
      await postgres.stop();
    },
  };
}

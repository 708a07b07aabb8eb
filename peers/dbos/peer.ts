import { join } from 'node:path';

import { Client } from 'pg';

import { asappEnvironment, type AsappAccess } from '../../dev/demo/asapp-environment';
import { freePort } from '../../dev/free-port';
import { Postgres } from '../../dev/postgres/postgres';
import { JsonContestant } from '../measure/json-contestant';
import { childrenOf } from '../measure/memory';
import type { Peer } from '../measure/peer';
import { typescriptProgram } from '../measure/program';
import { versionOf } from '../measure/versions';

const DATABASE = 'dbos_call_transfer';

/** The DBOS application and a PostgreSQL of its own, with the settings that PostgreSQL has by itself. */
export const startDbos =
  (name: string) =>
  async (asapp: AsappAccess, folder: string): Promise<Peer> => {
    const before = await childrenOf(process.pid);
    const postgres = await Postgres.start();
    try {
      const [postmaster] = (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
      return await startBeside(postgres, postmaster, { name, asapp, folder });
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  };

async function startBeside(
  postgres: Postgres,
  postmaster: number | undefined,
  { name, asapp, folder }: { name: string; asapp: AsappAccess; folder: string },
): Promise<Peer> {
  const url = `postgresql://${postgres.user}@${postgres.host}:${postgres.port}`;
  const port = await freePort();
  const environment = {
    ...asappEnvironment(asapp),
    DBOS_SYSTEM_DATABASE_URL: `${url}/${DATABASE}`,
  };
  const app = join(__dirname, 'app.ts');
  const program = await typescriptProgram(app, port, environment, join(folder, 'dbos.log'));
  const contestant = new JsonContestant(name, port, () => program.pid, 'over');
  const settings = await settingsOf(`${url}/${DATABASE}`);
  return {
    contestant,
    versions: { '@dbos-inc/dbos-sdk': await versionOf('@dbos-inc/dbos-sdk'), postgresql: settings.version },
    durability: `PostgreSQL with fsync ${settings.fsync}, synchronous_commit ${settings.commit}`,
    parts: [
      {
        name: 'app',
        pid: () => program.pid,
        kill: () => program.kill(),
        restart: () => program.restart(),
      },
      { name: 'PostgreSQL', pid: () => postmaster },
    ],
    decision: contestant.decision,
    stop: async () => {
      await contestant.close();
      await program.kill();
      await postgres.stop();
    },
  };
}

interface Settings {
  version: string;
  fsync: string;
  commit: string;
}

/** What PostgreSQL itself says of its durability. */
async function settingsOf(connectionString: string): Promise<Settings> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<Settings>(
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
        current_setting('synchronous_commit') AS commit`,
    );
    return rows[0] as Settings;
  } finally {
    await client.end();
  }
}

/**
 * `npm run test:postgres`: the tests that need a real server, on a Temporal server that keeps its calls in PostgreSQL.
 * Arguments go on to jest in place of the folders.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { Postgres } from './postgres';
import { findServerPrograms } from './server-programs';
import { TemporalOnPostgres } from './temporal-on-postgres';

/** Where tests share a real server. Those that kill or restart theirs have the development server, here as everywhere. */
const folders = ['workflows', 'call-control', 'bin', 'plugin/plugin', 'account', 'worker', 'support'];

async function main(): Promise<number> {
  const programs = await findServerPrograms();
  const postgres = await Postgres.start();
  try {
    const temporal = await TemporalOnPostgres.start(programs, postgres);
    console.log(`Temporal on PostgreSQL serves at ${temporal.address}`);
    try {
      const given = process.argv.slice(2);
      const args = given.length > 0 ? given : folders.map((folder) => `test/${folder}`);
      const jest = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
        stdio: 'inherit',
        env: { ...process.env, TEST_TEMPORAL_ADDRESS: temporal.address },
      });
      const [code] = (await once(jest, 'exit')) as [number | null];
      return code ?? 1;
    } finally {
      await temporal.stop();
    }
  } finally {
    await postgres.stop();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);

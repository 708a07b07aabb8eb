/**
 * `npm run test:postgres`: the tests that need a real server, on a Temporal server that keeps its calls in PostgreSQL.
 * `--shards 512` gives it that many history shards; the default is 4. All other arguments go on to jest in place of the
 * folders.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { Postgres } from './postgres';
import { findServerPrograms } from './server-programs';
import { TemporalOnPostgres } from './temporal-on-postgres';

/** Where tests share a real server. Those that kill or restart theirs have the development server, here as everywhere. */
const folders = ['workflows', 'call-control', 'bin', 'plugin', 'account', 'worker', 'support'];

/** Takes `--shards` and its number out of the arguments. */
function shardsIn(args: string[]): number | undefined {
  const at = args.indexOf('--shards');
  if (at === -1) return undefined;
  const [, given] = args.splice(at, 2);
  const shards = Number(given);
  if (!Number.isInteger(shards) || shards < 1) {
    throw new Error(`--shards needs a number of 1 or more, and not ${String(given)}`);
  }
  return shards;
}

async function main(): Promise<number> {
  const given = process.argv.slice(2);
  const shards = shardsIn(given);
  const programs = await findServerPrograms();
  const postgres = await Postgres.start();
  try {
    const temporal = await TemporalOnPostgres.start(
      programs,
      postgres,
      shards === undefined ? {} : { shards },
    );
    console.log(`Temporal on PostgreSQL serves at ${temporal.address}`);
    try {
      const args =
        given.length > 0
          ? given
          : [...folders.map((folder) => `test/${folder}/`), '--selectProjects', 'servers'];
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

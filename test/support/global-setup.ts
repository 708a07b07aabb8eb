/** Before the first test that is more than a unit's: Temporal is found or fetched, and runs, and `lib/` is built. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { findBinary } from '../../dev/temporal-binaries/find-binary';
import { temporalCli, temporalTestServer } from '../../dev/temporal-binaries/pinned';

import { createRunFolder, projectRoot } from './run-folder';
import { startSharedServer } from './shared-server';

/** jest calls this once for a run. */
export default async function globalSetup(): Promise<void> {
  await createRunFolder();
  await Promise.all([startTemporal(), buildLib()]);
}

/** Finds its programs, or fetches them, and starts the server that the tests share. */
async function startTemporal(): Promise<void> {
  for (const binary of [temporalCli, temporalTestServer]) {
    try {
      // The tests' processes inherit it, so that none searches again.
      process.env[binary.environmentVariable] = (await findBinary(binary)).path;
    } catch (error) {
      // Tests that need no server run all the same; those that do say so again.
      console.error(error instanceof Error ? error.message : error);
    }
  }
  if (process.env[temporalCli.environmentVariable] !== undefined) await startSharedServer();
}

/** Compiles `src` into `lib`, unless nothing has changed since. Types are for `npm run types` to check. */
async function buildLib(): Promise<void> {
  const built = join(projectRoot, 'lib', '.tsbuildinfo');
  if (existsSync(built) && changedAt(join(projectRoot, 'src')) < statSync(built).mtimeMs) return;
  const compile = [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck'];
  const tsc = spawn(process.execPath, compile, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [status]] = await Promise.all([text(tsc.stdout), once(tsc, 'close') as Promise<[number]>]);
  if (status !== 0) console.error(`lib/ was built with mistakes:\n${said.slice(0, 2_000)}`);
}

/** When anything in the folder last changed, names included. */
function changedAt(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? changedAt(path) : statSync(path).mtimeMs;
  });
  return Math.max(statSync(folder).mtimeMs, ...times);
}

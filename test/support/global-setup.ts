/** Before the first test: Temporal's binaries are found or fetched, and `lib/` is built, for tests that spawn it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { findBinary } from '../../dev/temporal-binaries/find-binary';
import { temporalCli, temporalTestServer } from '../../dev/temporal-binaries/pinned';

import { createRunFolder, projectRoot } from './run-folder';

/** jest calls this once for a run. */
export default async function globalSetup(): Promise<void> {
  await createRunFolder();
  for (const binary of [temporalCli, temporalTestServer]) {
    try {
      // The tests' processes inherit it, so that none searches again.
      process.env[binary.environmentVariable] = (await findBinary(binary)).path;
    } catch (error) {
      // Tests that need no server run all the same; those that do say so again.
      console.error(error instanceof Error ? error.message : error);
    }
  }
  buildLib();
}

/** Compiles `src` into `lib`, unless nothing has changed since. Types that fail are for `npm run types` to refuse. */
function buildLib(): void {
  const built = join(projectRoot, 'lib', '.tsbuildinfo');
  if (existsSync(built) && changedAt(join(projectRoot, 'src')) < statSync(built).mtimeMs) return;
  const tsc = require.resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (status !== 0) console.error(`lib/ was built with mistakes:\n${stdout.slice(0, 2_000)}`);
}

/** When anything in the folder last changed, names included. */
function changedAt(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? changedAt(path) : statSync(path).mtimeMs;
  });
  return Math.max(statSync(folder).mtimeMs, ...times);
}

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { projectRoot } from '../support/run-folder';

const LIMIT_MS = 300_000;

/** Runs npm with little of this environment, as a stranger's project would. */
export async function npm(
  cwd: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, ...environment };
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env, timeout: LIMIT_MS }).catch(
    (error: unknown) => {
      const { stdout: printed, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`npm ${String(args[0])} failed:\n${printed}\n${stderr}`, { cause: error });
    },
  );
  return stdout;
}

/** The packed package, in this folder. */
export async function packed(folder: string): Promise<string> {
  // Built already: tests that spawn the worker at the same time must not see lib/ change.
  await npm(projectRoot, ['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left nothing in ${folder}`);
  return join(folder, tarball);
}

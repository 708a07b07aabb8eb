/** The package as its users get it: packed, and installed in a folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { projectRoot } from './run-folder';

const run = promisify(execFile);

/** npm and Node need their time. */
export const INSTALL_LIMIT_MS = 300_000;

/** Of the surroundings: where certificates, a proxy and a registry come from, which npm waits for in vain otherwise. */
const passedOn =
  /^(PATH|HOME|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|npm_config_((https_|http_)?proxy|noproxy|cafile|ca|strict_ssl|registry|userconfig|globalconfig|cache))$/i;

const surroundings = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));

/** Runs npm in a folder. */
export async function npm(
  cwd: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const env = { ...surroundings(), ...environment };
  const { stdout } = await run('npm', [...args], { cwd, env, timeout: INSTALL_LIMIT_MS }).catch(
    (error: unknown) => {
      const { stdout: printed, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`npm ${String(args[0])} failed:\n${printed}\n${stderr}`, { cause: error });
    },
  );
  return stdout;
}

/** Installs packages, or what the folder's `package.json` names, without scripts and in a hurry. */
export const npmInstall = (cwd: string, packages: readonly string[]): Promise<string> =>
  npm(cwd, ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', ...packages]);

/** Runs the body with a folder that has the packed package, and the package's path. */
export async function withTarball<T>(body: (packed: { folder: string; tarball: string }) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'));
  try {
    // Built already: tests that spawn the worker at the same time must not see lib/ change.
    await npm(projectRoot, ['pack', '--ignore-scripts', '--pack-destination', folder]);
    const file = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (file === undefined) throw new Error('npm packed nothing');
    return await body({ folder, tarball: join(folder, file) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

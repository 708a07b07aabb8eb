/** The worker of another version of this package, from the repository's own history. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '..');
const BUILD_TIMEOUT_MS = 10 * 60 * 1000;

/** The last release: the newest tag `v…`; until there is one, the newest commit. */
export async function lastRelease(): Promise<string> {
  const tags = await run('git', ['tag', '--list', 'v*', '--sort=-version:refname'], { cwd: root });
  const [newest] = tags.stdout.split('\n').filter((tag) => tag !== '');
  return newest ?? 'HEAD';
}

/**
 * Builds a version of this package in a folder of its own, once for each commit.
 *
 * @param ref - a commit, a tag or a branch
 * @returns the path of its worker's program
 */
export async function workerOf(ref: string): Promise<string> {
  const { stdout } = await run('git', ['rev-parse', '--verify', `${ref}^{commit}`], { cwd: root });
  const commit = stdout.trim();
  const folder = join(root, '.cache', 'releases', commit);
  const worker = join(folder, 'lib', 'worker.js');
  try {
    await access(worker);
    return worker;
  } catch {
    // Then it is built.
  }
  const building = `${folder}-building`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  const archive = join(building, 'source.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: root });
  await run('tar', ['-xf', archive, '-C', building]);
  const options = { cwd: building, timeout: BUILD_TIMEOUT_MS };
  if ((await lockOf(building)) === (await lockOf(root))) {
    await symlink(join(root, 'node_modules'), join(building, 'node_modules'), 'dir');
  } else {
    await run('npm', ['ci', '--ignore-scripts'], options);
  }
  await run('npm', ['run', '--silent', 'build'], options);
  await rename(building, folder);
  return worker;
}

const lockOf = async (folder: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex');

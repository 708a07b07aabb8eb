import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { PinnedBinary } from './pinned';

const run = promisify(execFile);

/** How long a binary may take to say what it is, milliseconds. */
const PROBE_TIMEOUT_MS = 20_000;

/** How to make each binary speak, and where its version stands. */
const probes = {
  temporal: {
    args: ['--version'],
    says: /temporal version/,
    version: (_path: string, said: string) => Promise.resolve(/temporal version (\S+)/.exec(said)?.[1]),
  },
  'temporal-test-server': {
    // It has no version flag: without a port it prints its usage, and the version is a line of text inside it.
    args: [],
    says: /Usage: .*<port>/,
    version: async (path: string) => {
      const content = await readFile(path);
      const label = 'temporal-client-version=';
      const at = content.indexOf(label);
      if (at < 0) return undefined;
      return /^\d+(\.\d+)*/.exec(content.toString('latin1', at + label.length, at + label.length + 32))?.[0];
    },
  },
} as const;

/**
 * Runs the binary at `path` and answers with its version, or with undefined where it does not tell.
 *
 * @throws where it does not run, or is something else.
 */
export async function inspectBinary(
  { name }: Pick<PinnedBinary, 'name'>,
  path: string,
): Promise<string | undefined> {
  const { args, says, version } = probes[name];
  const { stdout, stderr } = await run(path, [...args], { timeout: PROBE_TIMEOUT_MS });
  const said = stdout + stderr;
  if (!says.test(said))
    throw new Error(`${path} runs, but is not ${name}: it says ${said.slice(0, 80).trim()}`);
  return version(path, said);
}

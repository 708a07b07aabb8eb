import { readFileSync, statSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

import { keysFromText, warnOfKeys, type EncryptionKeys } from './keys';

export interface KeyFileOptions {
  /** How often to look whether the file has changed, at most, milliseconds. Default: 1,000. */
  checkIntervalMs?: number;
  /** Hears of a changed file that cannot be read; the keys stay as they were. Default: a warning of the process. */
  onProblem?: (problem: Error) => void;
}

/**
 * Keys from a file, in the form of {@link keysFromText}; read again when it changes, so that keys are rotated
 * without a restart.
 *
 * @throws Error where it cannot be read at first
 */
export function keysFromFile(
  path: string,
  { checkIntervalMs = 1000, onProblem = warnOfKeys }: KeyFileOptions = {},
): EncryptionKeys {
  let keys = keysFromText(readFileSync(path, 'utf8'));
  if (process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0) {
    onProblem(new Error(`The keys in ${path} can be read by every user of this machine: chmod o-r`));
  }
  let seen: string | undefined;
  let told = '';
  let lookedAt = Date.now();
  let looking: Promise<void> | undefined;

  const reload = async () => {
    lookedAt = Date.now();
    try {
      const version = versionOf(await stat(path));
      if (version === seen) return;
      keys = keysFromText(await readFile(path, 'utf8'));
      seen = version;
      told = '';
    } catch (error) {
      // It is read again at the next look, and the problem is told once.
      const { message } = error as Error;
      if (message !== told) onProblem(new Error(`The keys in ${path} stay as they were: ${message}`));
      told = message;
    }
  };
  /** Everybody who asks while a look is under way waits for that one. */
  const look = () =>
    (looking ??= reload().finally(() => {
      looking = undefined;
    }));

  return {
    current: async () => {
      if (Date.now() - lookedAt >= checkIntervalMs) await look();
      return await keys.current();
    },
    find: async (id) => {
      const known = await keys.find(id);
      if (known !== undefined) return known;
      // Somebody else has a newer file: look at once.
      await look();
      return await keys.find(id);
    },
  };
}

/** Changes with the content, also where a link is set to another file. */
const versionOf = ({ ino, size, mtimeMs, ctimeMs }: Stats) => [ino, size, mtimeMs, ctimeMs].join();

import { statSync } from 'node:fs';

import { ChangingFile } from '../environment/changing-file';

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
 * @throws Error if it cannot be read at first
 */
export function keysFromFile(
  path: string,
  { checkIntervalMs, onProblem = warnOfKeys }: KeyFileOptions = {},
): EncryptionKeys {
  const file = new ChangingFile(path, {
    parse: keysFromText,
    checkIntervalMs,
    onProblem: (message) => {
      onProblem(new Error(`The keys in ${path} stay as they were: ${message}`));
    },
  });
  if (process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0) {
    onProblem(new Error(`The keys in ${path} can be read by every user of this machine: chmod o-r`));
  }
  return {
    current: async () => await (await file.current()).current(),
    find: async (id) => {
      const known = await file.value.find(id);
      if (known !== undefined) return known;
      // Somebody else has a newer file: look at once.
      await file.look();
      return await file.value.find(id);
    },
  };
}

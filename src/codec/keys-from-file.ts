import { readFileSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

import type { EncryptionKey, EncryptionKeys } from './keys';
import { keysFromText } from './keys-from-text';

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
export function keysFromFile(path: string, options: KeyFileOptions = {}): EncryptionKeys {
  return new KeyFile(path, options);
}

class KeyFile implements EncryptionKeys {
  private keys: EncryptionKeys;
  private seen: string | undefined;
  private lookedAt = Date.now();
  private looking: Promise<void> | undefined;
  private readonly checkIntervalMs: number;
  private readonly onProblem: (problem: Error) => void;

  constructor(
    private readonly path: string,
    { checkIntervalMs = 1000, onProblem = warn }: KeyFileOptions,
  ) {
    this.checkIntervalMs = checkIntervalMs;
    this.onProblem = onProblem;
    this.keys = keysFromText(readFileSync(path, 'utf8'));
  }

  async current(): Promise<EncryptionKey> {
    if (Date.now() - this.lookedAt >= this.checkIntervalMs) await this.look();
    return await this.keys.current();
  }

  async find(id: string): Promise<EncryptionKey | undefined> {
    const known = await this.keys.find(id);
    if (known !== undefined) return known;
    // Somebody else has a newer file: look at once.
    await this.look();
    return await this.keys.find(id);
  }

  /** Everybody who asks while a look is under way waits for that one. */
  private look(): Promise<void> {
    this.looking ??= this.reload().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async reload(): Promise<void> {
    this.lookedAt = Date.now();
    try {
      const version = versionOf(await stat(this.path));
      if (version === this.seen) return;
      // A file that is half written is looked at again once it changes.
      this.seen = version;
      this.keys = keysFromText(await readFile(this.path, 'utf8'));
    } catch (error) {
      this.onProblem(new Error(`The keys in ${this.path} stay as they were: ${(error as Error).message}`));
    }
  }
}

/** Changes with the content, also where a link is set to another file. */
const versionOf = ({ ino, size, mtimeMs, ctimeMs }: Stats) => [ino, size, mtimeMs, ctimeMs].join();

const warn = (problem: Error) => {
  process.emitWarning(problem);
};

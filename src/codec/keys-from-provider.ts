import type { KeyObject } from 'node:crypto';

import { encryptionKey, type EncryptionKey, type EncryptionKeys } from './keys';

/** Your way to the keys, such as a key management service. */
export interface KeyProvider {
  /** The key that encrypts from now on. */
  current: () => Promise<{ id: string; key: Uint8Array | KeyObject }>;
  /** A key by its id; undefined where there is none. */
  find: (id: string) => Promise<Uint8Array | KeyObject | undefined>;
}

export interface KeyProviderOptions {
  /** After what time a key is asked for again, milliseconds. Nobody waits for that. Default: 300,000. */
  freshMs?: number;
  /** How long an id counts as unknown, milliseconds. Default: 5,000. */
  unknownMs?: number;
  /** How long a key may take, milliseconds. Default: 2,000. */
  timeoutMs?: number;
  /** Hears of a provider that fails while a key from before is used. Default: a warning of the process. */
  onProblem?: (problem: Error) => void;
}

/** How many ids are remembered. Whoever makes ids up must not fill the memory. */
const MAX_IDS = 1000;

/**
 * Keys from a provider, with a cache: the provider is asked once for each key and again after `freshMs`, in the
 * background. While it fails, the keys that are known stay in use.
 */
export function keysFromProvider(provider: KeyProvider, options: KeyProviderOptions = {}): EncryptionKeys {
  const { freshMs = 300_000, unknownMs = 5000, timeoutMs = 2000, onProblem = warn } = options;
  const cache = <T>(ask: () => Promise<T>) =>
    new Cached(
      () => inTime(ask(), timeoutMs),
      (value) => (value === undefined ? unknownMs : freshMs),
      onProblem,
    );
  const found = new Map<string, Cached<EncryptionKey | undefined>>();
  const remember = (id: string, cached: Cached<EncryptionKey | undefined>) => {
    const [oldest] = found.keys();
    if (found.size >= MAX_IDS && oldest !== undefined) found.delete(oldest);
    found.set(id, cached);
    return cached;
  };
  const current = cache(async () => {
    const { id, key } = await provider.current();
    return encryptionKey(id, key);
  });
  return {
    current: () => current.get(),
    find: async (id) => {
      const now = current.latest;
      if (now?.id === id) return now;
      const known =
        found.get(id) ??
        remember(
          id,
          cache(async () => {
            const key = await provider.find(id);
            return key === undefined ? undefined : encryptionKey(id, key);
          }),
        );
      return await known.get();
    },
  };
}

/** A value that is asked for once, and asked for again in the background when it is no longer fresh. */
class Cached<T> {
  latest: T | undefined;
  private freshUntil = 0;
  private asking: Promise<T> | undefined;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshFor: (value: T) => number,
    private readonly onProblem: (problem: Error) => void,
  ) {}

  async get(): Promise<T> {
    const { latest } = this;
    if (latest !== undefined) {
      if (Date.now() >= this.freshUntil) this.refresh().catch(this.onProblem);
      return latest;
    }
    // Nothing was found a moment ago: that is an answer, too.
    return Date.now() < this.freshUntil ? (latest as T) : await this.refresh();
  }

  private refresh(): Promise<T> {
    this.asking ??= this.ask()
      .then((value) => {
        this.latest = value;
        this.freshUntil = Date.now() + this.freshFor(value);
        return value;
      })
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }
}

async function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The key provider gave no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  return await Promise.race([answer, late]).finally(() => {
    clearTimeout(timer);
  });
}

const warn = (problem: Error) => {
  process.emitWarning(problem);
};

import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { LatestMap } from '../environment/latest-map';

import { encryptionKey, warnOfKeys, type EncryptionKey, type EncryptionKeys } from './keys';

/** Your way to the keys, such as a key management service. */
export interface KeyProvider {
  /** The key that encrypts from now on. */
  current: () => Promise<{ id: string; key: Uint8Array | KeyObject }>;
  /** A key by its id; undefined if there is none. */
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
  const { freshMs = 300_000, unknownMs = 5000, timeoutMs = 2000, onProblem = warnOfKeys } = options;
  const cache = <T>(ask: () => Promise<T>) =>
    cached(
      () => Promise.race([ask(), noAnswerAfter(timeoutMs)]),
      (value) => (value === undefined ? unknownMs : freshMs),
      onProblem,
    );
  const current = cache(async () => {
    const { id, key } = await provider.current();
    return encryptionKey(id, key);
  });
  const found = new LatestMap<string, Cached<EncryptionKey | undefined>>(MAX_IDS);
  const remember = (id: string) => {
    const known = cache(async () => {
      const key = await provider.find(id);
      return key === undefined ? undefined : encryptionKey(id, key);
    });
    found.set(id, known);
    return known;
  };
  return {
    current: () => current.get(),
    find: async (id) => {
      const now = current.latest();
      return now?.id === id ? now : await (found.get(id) ?? remember(id)).get();
    },
  };
}

interface Cached<T> {
  /** What is known, fresh or not. */
  latest: () => T | undefined;
  get: () => Promise<T>;
}

/** A value that is asked for once, and asked for again in the background when it is no longer fresh. */
function cached<T>(
  ask: () => Promise<T>,
  freshFor: (value: T) => number,
  onProblem: (problem: Error) => void,
): Cached<T> {
  let latest: T | undefined;
  let freshUntil = 0;
  let asking: Promise<T> | undefined;
  const refresh = () =>
    (asking ??= ask()
      .then((value) => {
        latest = value;
        freshUntil = Date.now() + freshFor(value);
        return value;
      })
      .finally(() => {
        asking = undefined;
      }));
  return {
    latest: () => latest,
    get: async () => {
      const isFresh = Date.now() < freshUntil;
      // Nothing was found a moment ago: that is an answer, too.
      if (latest === undefined && !isFresh) return await refresh();
      if (!isFresh) refresh().catch(onProblem);
      return latest as T;
    },
  };
}

async function noAnswerAfter(timeoutMs: number): Promise<never> {
  await sleep(timeoutMs, undefined, { ref: false });
  throw new Error(`The key provider gave no answer within ${timeoutMs} ms`);
}

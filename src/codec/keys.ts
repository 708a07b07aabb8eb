import { createSecretKey, KeyObject } from 'node:crypto';

/** A key of AES-256. As a `KeyObject` its bytes are in no log and in no error. */
export interface EncryptionKey {
  id: string;
  key: KeyObject;
}

/** Where keys come from. Several at once: one encrypts, all decrypt. */
export interface EncryptionKeys {
  /** The key that encrypts from now on. */
  current(): Promise<EncryptionKey>;
  /** The key with this id; undefined if there is none. */
  find(id: string): Promise<EncryptionKey | undefined>;
}

const KEY_BYTES = 32;

/** What can stand in a list of keys, in a log and in an address of a key management service. */
export const keyIdPattern = /^[\w.:/@+=-]{1,200}$/;

/**
 * A key from its bytes.
 *
 * @throws RangeError if the id or the length is wrong; the message holds nothing of the key
 */
export function encryptionKey(id: string, bytes: Uint8Array | KeyObject): EncryptionKey {
  if (!keyIdPattern.test(id)) {
    throw new RangeError('A key id has 1 to 200 letters, digits or any of . _ - : / @ + =');
  }
  const key = bytes instanceof KeyObject ? bytes : createSecretKey(bytes);
  if (key.type !== 'secret' || key.symmetricKeySize !== KEY_BYTES) {
    throw new RangeError(`The key ${id} must have ${KEY_BYTES} bytes`);
  }
  return { id, key };
}

/** Keys that stay as they are: the first one encrypts. */
export function fixedKeys(keys: readonly EncryptionKey[]): EncryptionKeys {
  const [first] = keys;
  if (first === undefined) throw new RangeError('There must be a key');
  const byId = new Map(keys.map((key) => [key.id, key]));
  if (byId.size < keys.length) throw new RangeError('Two keys have the same id');
  return {
    current: () => Promise.resolve(first),
    find: (id) => Promise.resolve(byId.get(id)),
  };
}

/** A list of keys with a mistake. The message names the entry by its place, and nothing of what stands there. */
export class KeyListError extends Error {
  override readonly name = 'KeyListError';
}

/** An id, which may hold colons, and 32 bytes as base64, which does not, with or without padding. */
const entryPattern = /^(.+):([A-Za-z0-9+/]{43}=?)$/;

/**
 * Reads keys as `id:base64`, separated by commas or lines; what follows a `#` is a remark. The first one encrypts.
 *
 * @throws KeyListError
 */
export function keysFromText(text: string): EncryptionKeys {
  const entries = text
    .replace(/#.*/g, '')
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw new KeyListError('holds no key');
  try {
    return fixedKeys(entries.map(readEntry));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new KeyListError(error.message.charAt(0).toLowerCase() + error.message.slice(1));
  }
}

function readEntry(entry: string, index: number): EncryptionKey {
  const [, id, key] = entryPattern.exec(entry) ?? [];
  if (id !== undefined && key !== undefined) return encryptionKey(id, Buffer.from(key, 'base64'));
  throw new KeyListError(`entry ${index + 1} must be an id, a colon and 32 bytes as base64`);
}

/** Where a problem of keys is told by default. */
export const warnOfKeys = (problem: Error): void => {
  process.emitWarning(problem.message);
};

import { encryptionKey, fixedKeys, type EncryptionKey, type EncryptionKeys } from './keys';

/** A list of keys with a mistake. The message names the entry by its place, and nothing of what stands there. */
export class KeyListError extends Error {
  override readonly name = 'KeyListError';
}

/** 32 bytes, with or without padding. */
const base64Key = /^[A-Za-z0-9+/]{43}=?$/;

/**
 * Reads keys as `id:base64`, separated by commas or lines; what follows a `#` is a remark. The first one encrypts.
 *
 * @throws KeyListError
 */
export function keysFromText(text: string): EncryptionKeys {
  const entries = text
    .split('\n')
    .map((line) => line.replace(/#.*/, ''))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw new KeyListError('holds no key');
  try {
    return fixedKeys(entries.map(readEntry));
  } catch (error) {
    throw error instanceof RangeError ? new KeyListError(lowerFirst(error.message)) : error;
  }
}

function readEntry(entry: string, index: number): EncryptionKey {
  // An id may hold colons, base64 does not.
  const colon = entry.lastIndexOf(':');
  const [id, key] = [entry.slice(0, colon), entry.slice(colon + 1)];
  if (colon < 1 || !base64Key.test(key)) {
    throw new KeyListError(`entry ${index + 1} must be an id, a colon and 32 bytes as base64`);
  }
  return encryptionKey(id, Buffer.from(key, 'base64'));
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

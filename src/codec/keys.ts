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
  /** The key with this id; undefined where there is none. */
  find(id: string): Promise<EncryptionKey | undefined>;
}

const KEY_BYTES = 32;

/** What can stand in a list of keys, in a log and in an address of a key management service. */
export const keyIdPattern = /^[\w.:/@+=-]{1,200}$/;

/**
 * A key from its bytes.
 *
 * @throws RangeError where the id or the length is wrong; the message holds nothing of the key
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

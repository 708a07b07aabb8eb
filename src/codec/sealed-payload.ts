/**
 * A payload, encrypted.
 *
 * 1. All of the payload is inside: its data and its metadata.
 * 2. Each payload has a key of its own, derived from the named key and a random salt, so that a key never
 *    encrypts so much that random nonces could meet.
 * 3. All metadata of the sealed payload is authenticated: whoever changes the key id, or adds a field, breaks it.
 * 4. It says whose it is: one workflow's payload is not read in another's place.
 *
 * The form is described in docs/encryption.md for other languages.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

import { METADATA_ENCODING_KEY, type Payload, type SerializationContext } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { keyIdPattern, type EncryptionKey } from './keys';

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm-hkdf-sha256';
const CIPHER_KEY = 'encryption-cipher';
const ID_KEY = 'encryption-key-id';
const OWNER_KEY = 'encryption-owner';

const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = SALT_BYTES + NONCE_BYTES + TAG_BYTES;
const INFO = `temporal-call-transfer ${CIPHER}`;

const proto = temporal.api.common.v1.Payload;

/** A payload whose bytes, key id or other metadata are not those that were written. */
export class TamperedPayloadError extends Error {
  override readonly name = 'TamperedPayloadError';

  constructor() {
    super('An encrypted payload was changed, or its key is not the one that it was encrypted with');
  }
}

/** Encrypts a payload of a workflow, or of nobody. */
export function seal(payload: Payload, { id, key }: EncryptionKey, context?: SerializationContext): Payload {
  const metadata = {
    [METADATA_ENCODING_KEY]: Buffer.from(ENCODING),
    [CIPHER_KEY]: Buffer.from(CIPHER),
    [ID_KEY]: Buffer.from(id),
    ...(context === undefined ? {} : { [OWNER_KEY]: Buffer.from(ownerOf(context)) }),
  };
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)];
  const cipher = createCipheriv('aes-256-gcm', ownKey(key, salt), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated(metadata));
  const inner = [cipher.update(proto.encode(payload).finish()), cipher.final()];
  return { metadata, data: Buffer.concat([salt, nonce, ...inner, cipher.getAuthTag()]) };
}

/** Whether a payload is encrypted, by whomever. */
export const isSealed = ({ metadata }: Payload): boolean =>
  textIn(metadata?.[METADATA_ENCODING_KEY]) === ENCODING;

/**
 * The id of the key that an encrypted payload names.
 *
 * @throws TamperedPayloadError if it is no payload of this form
 */
export function keyIdOf({ metadata }: Payload): string {
  const id = textIn(metadata?.[ID_KEY]);
  if (textIn(metadata?.[CIPHER_KEY]) !== CIPHER || !keyIdPattern.test(id)) throw new TamperedPayloadError();
  return id;
}

/**
 * Decrypts a payload.
 *
 * @param context - whose it must be; a codec server knows no owner, and an SDK before 1.24 tells none
 * @throws TamperedPayloadError
 */
export function open(
  { metadata, data }: Payload,
  { key }: EncryptionKey,
  context?: SerializationContext,
): Payload {
  if (!data || !metadata || data.length < OVERHEAD_BYTES) throw new TamperedPayloadError();
  const owner = textIn(metadata[OWNER_KEY]);
  if (context !== undefined && owner !== '' && owner !== ownerOf(context)) throw new TamperedPayloadError();
  const salt = data.subarray(0, SALT_BYTES);
  const nonce = data.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const inner = data.subarray(SALT_BYTES + NONCE_BYTES, data.length - TAG_BYTES);
  const cipher = createDecipheriv('aes-256-gcm', ownKey(key, salt), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated(metadata));
  cipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
  try {
    return proto.decode(Buffer.concat([cipher.update(inner), cipher.final()]));
  } catch {
    throw new TamperedPayloadError();
  }
}

/** The workflow that a payload belongs to, its activities' included. */
const ownerOf = ({ namespace, workflowId = '' }: SerializationContext): string =>
  createHash('sha256')
    .update(JSON.stringify([namespace, workflowId]))
    .digest('base64url');

/** The payload's own key. */
const ownKey = (key: KeyObject, salt: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, salt, INFO, 32));

/** All metadata, in one order and without a second reading: each part with its length before it. */
function authenticated(metadata: Readonly<Record<string, Uint8Array>>): Buffer {
  const entries = Object.entries(metadata).map(
    ([name, value]) => [Buffer.from(name), Buffer.from(value)] as const,
  );
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat(entries.flat().flatMap((part) => [lengthOf(part), part]));
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}

const textIn = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();

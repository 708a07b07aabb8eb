/** A payload that names a key which is not there. The message holds the key's id and nothing else of the payload. */
export class UnknownEncryptionKeyError extends Error {
  override readonly name = 'UnknownEncryptionKeyError';

  constructor(readonly keyId: string) {
    super(`Unknown encryption key: ${keyId}`);
  }
}

/** A payload whose bytes, key id or other metadata are not those that were written. */
export class TamperedPayloadError extends Error {
  override readonly name = 'TamperedPayloadError';

  constructor() {
    super('An encrypted payload was changed, or its key is not the one that it was encrypted with');
  }
}

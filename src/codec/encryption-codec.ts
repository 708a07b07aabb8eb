import type { DataConverter, Payload, PayloadCodec, SerializationContext } from '@temporalio/common';

import type { EncryptionKeys } from './keys';
import { isSealed, keyIdOf, open, seal } from './sealed-payload';

export interface EncryptionOptions {
  /**
   * Whether to encrypt. Default: true. With false payloads are only decrypted: the first step of turning
   * encryption on, and the first of turning it off, while calls are open.
   */
  encrypts?: boolean;
  /**
   * Whether a payload that is not encrypted is refused. Default: false, so that calls from before encryption, and clients
   * without keys, go on.
   */
  strict?: boolean;
}

/** A payload that is not encrypted, although every one must be. */
export class UnencryptedPayloadError extends Error {
  override readonly name = 'UnencryptedPayloadError';

  constructor() {
    super('A payload is not encrypted, and only encrypted ones are read here');
  }
}

/** A payload that names a key which is not there. The message holds the key's id and nothing else of the payload. */
export class UnknownEncryptionKeyError extends Error {
  override readonly name = 'UnknownEncryptionKeyError';

  constructor(readonly keyId: string) {
    super(`Unknown encryption key: ${keyId}`);
  }
}

/**
 * Encrypts payloads with AES-256-GCM, each for the workflow that it belongs to. A payload that is not encrypted is decoded
 * as it is, unless `strict` forbids it.
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(
    private readonly keys: EncryptionKeys,
    private readonly options: EncryptionOptions = {},
  ) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    if (this.options.encrypts === false || payloads.length === 0) return payloads;
    const key = await this.keys.current();
    return payloads.map((payload) => seal(payload, key, context));
  }

  /**
   * @throws UnknownEncryptionKeyError
   * @throws TamperedPayloadError
   * @throws UnencryptedPayloadError
   */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return await Promise.all(
      payloads.map(async (payload) => {
        if (!isSealed(payload)) {
          if (this.options.strict === true) throw new UnencryptedPayloadError();
          return payload;
        }
        const id = keyIdOf(payload);
        const key = await this.keys.find(id);
        if (key === undefined) throw new UnknownEncryptionKeyError(id);
        return open(payload, key, context);
      }),
    );
  }
}

/** Beside the compiled file or, while developing this package, beside the source. */
export const encryptedFailureConverterPath = require.resolve('./failure-converter');

/**
 * The data converter that encrypts payloads and the messages of failures. Give it to every worker and client of the
 * conversations:
 *
 * ```ts
 * const dataConverter = encryptedDataConverter(keysFromFile('/run/secrets/call-transfer-keys'));
 * const client = new Client({ connection, dataConverter });
 * const worker = await Worker.create({ connection, dataConverter, … });
 * ```
 *
 * If workflows are bundled beforehand, give its `failureConverterPath` to `bundleWorkflowCode`, too.
 */
export const encryptedDataConverter = (
  keys: EncryptionKeys,
  options: EncryptionOptions = {},
): DataConverter => ({
  payloadCodecs: [new EncryptionCodec(keys, options)],
  // While nothing is encrypted, failures stay readable as they were.
  ...(options.encrypts === false ? {} : { failureConverterPath: encryptedFailureConverterPath }),
});

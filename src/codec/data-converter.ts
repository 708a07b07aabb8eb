import { existsSync } from 'node:fs';

import type { DataConverter } from '@temporalio/common';

import { EncryptionCodec, type EncryptionOptions } from './encryption-codec';
import type { EncryptionKeys } from './keys';

/** Beside the compiled file or, while developing this package, beside the source. */
export const encryptedFailureConverterPath =
  ['js', 'ts']
    .map((extension) => `${__dirname}/failure-converter.${extension}`)
    .find((path) => existsSync(path)) ?? `${__dirname}/failure-converter`;

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
 * Where workflows are bundled beforehand, give its `failureConverterPath` to `bundleWorkflowCode`, too.
 */
export const encryptedDataConverter = (
  keys: EncryptionKeys,
  options: EncryptionOptions = {},
): DataConverter => ({
  payloadCodecs: [new EncryptionCodec(keys, options)],
  // While nothing is encrypted, failures stay readable as they were.
  ...(options.encrypts === false ? {} : { failureConverterPath: encryptedFailureConverterPath }),
});

import type { DataConverter } from '@temporalio/common';
import { z } from 'zod';

import { EnvironmentError, readEnvironment, setVariables } from '../environment/read-environment';
import { loadFile, resolveUsersModule } from '../environment/users-module';

import { encryptedDataConverter } from './encryption-codec';
import { keysFromText, type EncryptionKeys } from './keys';
import { keysFromFile } from './keys-from-file';

const environmentSchema = z.object({
  CALL_TRANSFER_ENCRYPTION_MODE: z
    .enum(['encrypt', 'decrypt', 'strict'], { error: 'must be encrypt, decrypt or strict' })
    .default('encrypt'),
});

/** What a module named by `CALL_TRANSFER_ENCRYPTION_KEY_MODULE` exports. */
export interface EncryptionKeyModule {
  /** @param environment - for what the keys need, such as an address and credentials */
  keysFromEnvironment: (environment: NodeJS.ProcessEnv) => EncryptionKeys | Promise<EncryptionKeys>;
}

/** Where keys may come from; the first variable that is set says it. */
const sources = {
  CALL_TRANSFER_ENCRYPTION_KEYS: (text: string) => keysFromText(text),
  CALL_TRANSFER_ENCRYPTION_KEY_FILE: (path: string) => keysFromFile(path),
  /** A module of the user's: a package, or a path from here. */
  CALL_TRANSFER_ENCRYPTION_KEY_MODULE: async (name: string, environment: NodeJS.ProcessEnv) => {
    const module = (await loadFile(resolveUsersModule(name))) as Partial<EncryptionKeyModule>;
    if (module.keysFromEnvironment !== undefined) return await module.keysFromEnvironment(environment);
    throw new Error(`${name} does not export keysFromEnvironment`);
  },
};

/**
 * Reads the keys that the environment names; undefined if it names none.
 *
 * @throws EnvironmentError naming the variable and the reason, and nothing of a key
 */
export async function readEncryptionKeys(
  environment: NodeJS.ProcessEnv,
): Promise<EncryptionKeys | undefined> {
  const variables = setVariables(environment);
  const names = Object.keys(sources) as (keyof typeof sources)[];
  const [source, ...more] = names.filter((name) => variables[name] !== undefined);
  if (source === undefined) return undefined;
  if (more.length > 0) {
    throw new EnvironmentError([`${source}: there is ${more.join(' and ')}, too: keys come from one place`]);
  }
  try {
    return await sources[source](variables[source] ?? '', environment);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    throw new EnvironmentError([`${source}: ${(error as Error).message}`]);
  }
}

/**
 * Reads how payloads are encrypted: the data converter for workers and clients; undefined if the environment names
 * no keys, so that nothing is encrypted.
 *
 * @throws EnvironmentError naming every mistake at once
 */
export async function readEncryption(environment: NodeJS.ProcessEnv): Promise<DataConverter | undefined> {
  const { CALL_TRANSFER_ENCRYPTION_MODE: mode } = readEnvironment(environmentSchema, environment);
  const keys = await readEncryptionKeys(environment);
  if (keys === undefined) {
    if (environment['CALL_TRANSFER_ENCRYPTION_MODE']) {
      // Whoever asks for encryption and misspells where the keys are must not run without.
      throw new EnvironmentError([
        `CALL_TRANSFER_ENCRYPTION_MODE: is set, but ${Object.keys(sources).join(', ')} are not`,
      ]);
    }
    return undefined;
  }
  return encryptedDataConverter(keys, { encrypts: mode !== 'decrypt', strict: mode === 'strict' });
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readEncryption, readEncryptionKeys } from '../../src/codec/environment';
import { EnvironmentError } from '../../src/environment/read-environment';

const key = randomBytes(32).toString('base64');

/** The lines of the message about an environment that nothing can start with. */
async function mistakesIn(environment: Record<string, string>): Promise<readonly string[]> {
  try {
    await readEncryption(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    expect(error.message).not.toContain(key.slice(0, 20));
    return error.mistakes;
  }
  throw new Error('Expected a refusal');
}

test('without keys nothing is encrypted', async () => {
  expect(await readEncryption({})).toBeUndefined();
  expect(await readEncryption({ CALL_TRANSFER_ENCRYPTION_KEYS: '' })).toBeUndefined();
});

test('keys come from the environment, a file, or a module', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const [file, module] = [join(folder, 'keys'), join(folder, 'keys.cjs')];
  try {
    await writeFile(file, `k1:${key}\n`);
    await writeFile(
      module,
      'exports.keysFromEnvironment = ({ KMS_KEY }) => ({ current: async () => ({ id: KMS_KEY }), find: async () => undefined });',
    );
    const currentId = async (environment: Record<string, string>) =>
      (await (await readEncryptionKeys(environment))?.current())?.id;

    expect(await currentId({ CALL_TRANSFER_ENCRYPTION_KEYS: `k1:${key}` })).toBe('k1');
    expect(await currentId({ CALL_TRANSFER_ENCRYPTION_KEY_FILE: file })).toBe('k1');
    expect(await currentId({ CALL_TRANSFER_ENCRYPTION_KEY_MODULE: module, KMS_KEY: 'kms/7' })).toBe('kms/7');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('failures are encrypted, too, unless payloads are only decrypted', async () => {
  const set = { CALL_TRANSFER_ENCRYPTION_KEYS: `k1:${key}` };
  expect(await readEncryption(set)).toHaveProperty('failureConverterPath');
  expect(await readEncryption({ ...set, CALL_TRANSFER_ENCRYPTION_MODE: 'decrypt' })).not.toHaveProperty(
    'failureConverterPath',
  );
});

test.each<[string, Record<string, string>, unknown]>([
  [
    'a key that is too short',
    { CALL_TRANSFER_ENCRYPTION_KEYS: 'k1:AAAA' },
    /^CALL_TRANSFER_ENCRYPTION_KEYS: /,
  ],
  [
    'a file that is not there',
    { CALL_TRANSFER_ENCRYPTION_KEY_FILE: '/nowhere' },
    /^CALL_TRANSFER_ENCRYPTION_KEY_FILE: /,
  ],
  [
    'a module that is not there',
    { CALL_TRANSFER_ENCRYPTION_KEY_MODULE: './none' },
    /^CALL_TRANSFER_ENCRYPTION_KEY_MODULE: /,
  ],
  [
    'a mode that is none',
    { CALL_TRANSFER_ENCRYPTION_MODE: 'off' },
    /^CALL_TRANSFER_ENCRYPTION_MODE: must be encrypt, decrypt or strict/,
  ],
  [
    'a mode without keys',
    { CALL_TRANSFER_ENCRYPTION_MODE: 'encrypt' },
    /^CALL_TRANSFER_ENCRYPTION_MODE: is set, but /,
  ],
  [
    'keys from two places',
    { CALL_TRANSFER_ENCRYPTION_KEYS: `k1:${key}`, CALL_TRANSFER_ENCRYPTION_KEY_FILE: '/nowhere' },
    /^CALL_TRANSFER_ENCRYPTION_KEYS: there is CALL_TRANSFER_ENCRYPTION_KEY_FILE, too/,
  ],
])('%s is named', async (_what, environment, expected) => {
  expect(await mistakesIn(environment)).toEqual([expect.stringMatching(expected as RegExp)]);
});

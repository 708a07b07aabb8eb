import type { Payload, SerializationContext } from '@temporalio/common';

import {
  EncryptionCodec,
  UnencryptedPayloadError,
  UnknownEncryptionKeyError,
} from '../../src/codec/encryption-codec';
import { encryptionKey, fixedKeys } from '../../src/codec/keys';
import { TamperedPayloadError } from '../../src/codec/sealed-payload';

const [first, second] = [
  encryptionKey('k1', Buffer.alloc(32, 1)),
  encryptionKey('k2', Buffer.alloc(32, 2)),
] as const;

const number = '"+12005550123"';
const payload = (): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(number),
});

const textOf = ([{ data } = {}]: Payload[]) => Buffer.from(data ?? []).toString();
const keyIdOf = ([{ metadata } = {}]: Payload[]) =>
  Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();

test('what one codec encodes, another with the same keys decodes', async () => {
  const encoded = await new EncryptionCodec(fixedKeys([first])).encode([payload()]);

  expect(textOf(encoded)).not.toContain('2005550123');
  expect(textOf(await new EncryptionCodec(fixedKeys([first])).decode(encoded))).toBe(number);
});

test('no payloads are no payloads', async () => {
  const codec = new EncryptionCodec(fixedKeys([first]));

  expect(await codec.encode([])).toEqual([]);
  expect(await codec.decode([])).toEqual([]);
});

test('a payload that is not encrypted is decoded as it is', async () => {
  const codec = new EncryptionCodec(fixedKeys([first]));
  const nothing = { metadata: { encoding: Buffer.from('binary/null') } };

  expect(await codec.decode([payload(), nothing, {}])).toEqual([payload(), nothing, {}]);
});

test('keys are rotated step by step, and everybody can read everything at each of them', async () => {
  const steps = [[first], [first, second], [second, first], [second]].map(
    (keys) => new EncryptionCodec(fixedKeys(keys)),
  );
  const ids: string[] = [];
  for (const [index, writer] of steps.entries()) {
    const encoded = await writer.encode([payload()]);
    ids.push(keyIdOf(encoded));
    // While a step is rolled out, workers of this step and of its neighbours run at once.
    for (const reader of steps.slice(Math.max(0, index - 1), index + 2)) {
      expect(textOf(await reader.decode(encoded))).toBe(number);
    }
  }
  expect(ids).toEqual(['k1', 'k1', 'k2', 'k2']);
});

test('an unknown key is named, and nothing else', async () => {
  const encoded = await new EncryptionCodec(fixedKeys([first])).encode([payload()]);
  const error = await new EncryptionCodec(fixedKeys([second]))
    .decode(encoded)
    .catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(UnknownEncryptionKeyError);
  expect((error as Error).message).toBe('Unknown encryption key: k1');
});

test('a payload that was changed is refused, and nothing of it is said', async () => {
  const codec = new EncryptionCodec(fixedKeys([first]));
  const [encoded] = await codec.encode([payload()]);
  encoded?.data?.set([0, 0, 0, 0], 50);
  const error = await codec.decode([encoded ?? {}]).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(TamperedPayloadError);
  expect((error as Error).message).toBe(
    'An encrypted payload was changed, or its key is not the one that it was encrypted with',
  );
});

test('a codec that only decrypts leaves what it writes as it is', async () => {
  const encoded = await new EncryptionCodec(fixedKeys([first])).encode([payload()]);
  const codec = new EncryptionCodec(fixedKeys([first]), { encrypts: false });

  expect(await codec.encode([payload()])).toEqual([payload()]);
  expect(textOf(await codec.decode(encoded))).toBe(number);
});

test('a payload that is encrypted twice is decrypted as often', async () => {
  const codec = new EncryptionCodec(fixedKeys([first]));
  const twice = await codec.encode(await codec.encode([payload()]));

  expect(textOf(await codec.decode(await codec.decode(twice)))).toBe(number);
});

describe('a payload of a workflow', () => {
  const codec = new EncryptionCodec(fixedKeys([first]));
  const workflow = (workflowId: string, namespace = 'default'): SerializationContext => ({
    type: 'workflow',
    namespace,
    workflowId,
  });
  const activity: SerializationContext = { ...workflow('call-1'), type: 'activity', isLocal: false };

  test.each<[string, SerializationContext | undefined, boolean]>([
    ['in its own place', workflow('call-1'), true],
    ['in an activity of the workflow', activity, true],
    ['where nobody knows the place, as in a codec server', undefined, true],
    ["in another workflow's place", workflow('call-2'), false],
    ['in another namespace', workflow('call-1', 'other'), false],
  ])('is read %s: %#', async (_where, place, isRead) => {
    const sealed = await codec.encode([payload()], workflow('call-1'));
    const read = await codec.decode(sealed, place).then(textOf, (error: unknown) => (error as Error).name);
    expect(read).toBe(isRead ? number : 'TamperedPayloadError');
  });

  test('does not lose its place', async () => {
    const [sealed] = await codec.encode([payload()], workflow('call-1'));
    const { 'encryption-owner': owner, ...metadata } = sealed?.metadata ?? {};
    expect(owner).toBeDefined();
    await expect(codec.decode([{ ...sealed, metadata }], workflow('call-2'))).rejects.toThrow(
      TamperedPayloadError,
    );
  });
});

test('where every payload must be encrypted, another is refused', async () => {
  const codec = new EncryptionCodec(fixedKeys([first]), { strict: true });

  expect(textOf(await codec.decode(await codec.encode([payload()])))).toBe(number);
  await expect(codec.decode([payload()])).rejects.toThrow(UnencryptedPayloadError);
});

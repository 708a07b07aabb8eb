import { inspect } from 'node:util';

import { encryptionKey, fixedKeys, KeyListError, keysFromText } from '../../src/codec/keys';

const base64 = (byte: number, length = 32) => Buffer.alloc(length, byte).toString('base64');

const bytesOf = async (text: string, id: string) => (await keysFromText(text).find(id))?.key.export().at(0);

test('the first key encrypts, and all are found', async () => {
  const text = `k2:${base64(2)},k1:${base64(1)}`;

  expect((await keysFromText(text).current()).id).toBe('k2');
  expect(await bytesOf(text, 'k1')).toBe(1);
  expect(await bytesOf(text, 'k2')).toBe(2);
  expect(await bytesOf(text, 'k3')).toBeUndefined();
});

test('keys stand in lines as well, with remarks', async () => {
  const text = `# of November\nk2:${base64(2)}\n\n  k1:${base64(1).replace('=', '')} # until May\n`;

  expect((await keysFromText(text).current()).id).toBe('k2');
  expect(await bytesOf(text, 'k1')).toBe(1);
});

test('an id may hold colons', async () => {
  expect((await keysFromText(`arn:aws:kms:1:${base64(3)}`).current()).id).toBe('arn:aws:kms:1');
});

test.each([
  ['', 'holds no key'],
  ['# nothing', 'holds no key'],
  ['k1', 'entry 1 must be an id, a colon and 32 bytes as base64'],
  [`:${base64(1)}`, 'entry 1 must be an id, a colon and 32 bytes as base64'],
  [`k1:${base64(1)},k2:${base64(2, 16)}`, 'entry 2 must be an id, a colon and 32 bytes as base64'],
  [`k1:${base64(1, 33)}`, 'entry 1 must be an id, a colon and 32 bytes as base64'],
  [`k1:${base64(1)},k1:${base64(2)}`, 'two keys have the same id'],
  [`k 1:${base64(1)}`, 'a key id has 1 to 200 letters, digits or any of . _ - : / @ + ='],
])('a mistake is named by its place, without the key: %j', (text, message) => {
  expect(() => keysFromText(text)).toThrow(new KeyListError(message));
  for (const [key] of text.matchAll(/[A-Za-z0-9+/=]{20,}/g)) expect(message).not.toContain(key);
});

test('a key is 32 bytes, and its bytes are in no print of it', () => {
  expect(() => encryptionKey('k1', Buffer.alloc(31))).toThrow('The key k1 must have 32 bytes');
  expect(() => fixedKeys([])).toThrow('There must be a key');
  expect(
    inspect(encryptionKey('k1', Buffer.from('a-key-of-32-bytes-a-key-of-32-by')), { depth: 9 }),
  ).not.toMatch(/61 2d|a-key|97, 45/);
});

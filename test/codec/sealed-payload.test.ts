import { randomBytes } from 'node:crypto';

import type { Payload } from '@temporalio/common';
import * as fc from 'fast-check';

import { encryptionKey } from '../../src/codec/keys';
import { keyIdOf, open, seal, TamperedPayloadError } from '../../src/codec/sealed-payload';

const key = encryptionKey('k1', Buffer.alloc(32, 1));

const bytes = fc.uint8Array({ maxLength: 300 });
const payloads = fc.record({
  metadata: fc.dictionary(fc.string({ maxLength: 20 }), bytes, { noNullPrototype: true }),
  data: bytes,
});

/** What stands in a payload, comparable. */
const plain = ({ metadata, data }: Payload) => ({
  data: Buffer.from(data ?? []).toString('base64'),
  metadata: Object.entries(metadata ?? {})
    .map(([name, value]) => [name, Buffer.from(value).toString('base64')])
    .sort(),
});

test('any payload comes back as it was, data and metadata', () => {
  fc.assert(
    fc.property(payloads, (payload) => {
      expect(plain(open(seal(payload, key), key))).toEqual(plain(payload));
    }),
  );
});

test('nothing of a payload stands in the sealed one', () => {
  const payload = {
    metadata: { encoding: Buffer.from('json/plain'), messageType: Buffer.from('a-type-of-ours') },
    data: Buffer.from('"+12005550123"'),
  };
  const { metadata, data } = seal(payload, key);
  const sealed = Buffer.concat([...Object.values(metadata ?? {}), data ?? Buffer.of()]).toString('latin1');

  for (const secret of ['json/plain', 'messageType', 'a-type-of-ours', '2005550123']) {
    expect(sealed).not.toContain(secret);
  }
  expect(plain(seal(payload, key)).data).not.toBe(plain({ data: data ?? null }).data);
});

test('a byte that is changed, anywhere in the data, is found', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, by) => {
      const { metadata = {}, data } = seal(payload, key);
      const changed = Buffer.from(data ?? []);
      const index = at % changed.length;
      changed.writeUInt8((changed.readUInt8(index) ^ by) & 0xff, index);

      expect(() => open({ metadata, data: changed }, key)).toThrow(TamperedPayloadError);
    }),
  );
});

test('data that is cut off, anywhere, is found', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), (payload, at) => {
      const { metadata = {}, data } = seal(payload, key);
      const cut = Buffer.from(data ?? []).subarray(0, at % (data?.length ?? 1));

      expect(() => open({ metadata, data: cut }, key)).toThrow(TamperedPayloadError);
    }),
  );
});

const sealed = () => seal({ metadata: {}, data: Buffer.from('x') }, key);

test('metadata that is changed, added or taken away is found', () => {
  const { metadata = {}, data } = sealed();
  const others = [
    { ...metadata, 'encryption-key-id': Buffer.from('k2') },
    { ...metadata, 'encryption-cipher': Buffer.from('none') },
    { ...metadata, encoding: Buffer.from('json/plain') },
    { ...metadata, more: Buffer.from('x') },
    { ...metadata, more: Buffer.of() },
    Object.fromEntries(Object.entries(metadata ?? {}).slice(1)),
    {},
  ];
  for (const other of others) {
    expect(() => open({ metadata: other, data: data ?? null }, key)).toThrow(TamperedPayloadError);
  }
});

test('one payload is not taken for another: data under the metadata of another key', () => {
  const other = encryptionKey('k2', Buffer.alloc(32, 1));
  const { metadata = {} } = seal({ data: Buffer.from('x') }, other);

  expect(() => open({ metadata, data: sealed().data ?? null }, key)).toThrow(TamperedPayloadError);
});

test('another key under the same id does not open it', () => {
  expect(() => open(sealed(), encryptionKey('k1', randomBytes(32)))).toThrow(TamperedPayloadError);
});

test('a key id that is none, or another form of encryption, is no payload of ours', () => {
  const { metadata = {}, data } = sealed();
  const named = (id: string) => ({
    metadata: { ...metadata, 'encryption-key-id': Buffer.from(id) },
    data: data ?? null,
  });

  expect(keyIdOf(sealed())).toBe('k1');
  expect(keyIdOf(named('arn:aws:kms:eu-west-1:1:key/a-b'))).toBe('arn:aws:kms:eu-west-1:1:key/a-b');
  for (const id of ['', 'a\nlog line', 'x'.repeat(201)]) {
    expect(() => keyIdOf(named(id))).toThrow(TamperedPayloadError);
  }
  expect(() => keyIdOf({ metadata: { encoding: Buffer.from('binary/encrypted') } })).toThrow(
    TamperedPayloadError,
  );
});

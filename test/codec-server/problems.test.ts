import { EncryptionCodec } from '../../src/codec/encryption-codec';
import { encryptionKey, fixedKeys } from '../../src/codec/keys';
import { createCodecServer } from '../../src/codec-server';

/** What a codec server that reads nothing but encrypted payloads answers to whoever may read. */
async function answerTo(url: string, payload: object): Promise<[status: number, body: { message: string }]> {
  const keys = fixedKeys([encryptionKey('k1', Buffer.alloc(32, 1))]);
  const server = await createCodecServer({
    codec: new EncryptionCodec(keys, { strict: true }),
    uiOrigins: [],
    checkToken: () => Promise.resolve('ann'),
  });
  const headers = { authorization: 'Bearer token' };
  const answer = await server.inject({ method: 'POST', url, headers, payload });
  return [answer.statusCode, answer.json()];
}

test('a payload that is not encrypted, although every one must be, is no fault of the server', async () => {
  const payloads = [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'ImNvbnYtMSI=' }];
  const [status, { message }] = await answerTo('/decode', { payloads });
  expect([status, message]).toEqual([422, expect.stringContaining('not encrypted')]);
});

test('an address that cannot be read is answered as every other problem is', async () => {
  const [status, body] = await answerTo('/%zz/decode', {});
  expect([status, Object.keys(body)]).toEqual([400, ['message']]);
});

import { TelnyxWebhook } from 'telnyx/lib/webhooks';

import type { WebhookRequest } from '../../../../src/call-control/index';
import { telnyx, type TelnyxOptions } from '../../../../src/call-control/phone-systems/telnyx/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { API_KEY, incoming, keyPair, signed, webhook } from './telnyx-requests';

const { publicKey, privateKey } = keyPair();
const another = keyPair();
const now = () => Math.floor(Date.now() / 1000);
/** Spaces, an escape and letters of several bytes: what JSON, written again, would not have. */
const body = Buffer.from('{ "data":  {"event_type": "Zo\\u00eb Ŵ 🙂"} }');

const isTelnyx = (headers: WebhookRequest['headers'], bytes = body, options: Partial<TelnyxOptions> = {}) =>
  telnyx({ ...phoneSystemSettings, publicKeys: [publicKey], apiKey: API_KEY, ...options }).authenticate(
    webhook(bytes, { headers }),
  );

test('the signature is over the bytes as they came', async () => {
  const headers = signed(body, now(), privateKey);
  expect(await isTelnyx(headers)).toBe(true);
  const writtenAgain = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))));
  expect(await isTelnyx(headers, writtenAgain)).toBe(false);
});

test.each([
  ['of one byte more', Buffer.concat([body, Buffer.from(' ')])],
  ['of one byte less', body.subarray(0, -1)],
  ['of another call', Buffer.from(JSON.stringify(incoming()))],
  ['that is empty', Buffer.alloc(0)],
])('a body %s is refused', async (_what, bytes) => {
  expect(await isTelnyx(signed(body, now(), privateKey), bytes)).toBe(false);
});

test('bytes that are no text are refused, even where the text that they become was signed', async () => {
  const text = Buffer.from('{"name":"\ufffd"}');
  const bytes = Buffer.from(text.toString('latin1').replace('\u00ef\u00bf\u00bd', '\u00ff'), 'latin1');
  expect(bytes.toString('utf8')).toBe(text.toString('utf8'));
  const headers = signed(text, now(), privateKey);
  expect(await isTelnyx(headers, text)).toBe(true);
  expect(await isTelnyx(headers, bytes)).toBe(false);
});

test('while the key is changed either is accepted', async () => {
  const publicKeys = [another.publicKey, publicKey];
  expect(await isTelnyx(signed(body, now(), privateKey), body, { publicKeys })).toBe(true);
  expect(await isTelnyx(signed(body, now(), another.privateKey), body, { publicKeys })).toBe(true);
  expect(await isTelnyx(signed(body, now(), another.privateKey))).toBe(false);
});

test('nobody is let in without a key', async () => {
  expect(await isTelnyx(signed(body, now(), privateKey), body, { publicKeys: [] })).toBe(false);
});

test('a key that is none stops the start', () => {
  const start = (key: string) => () => telnyx({ ...phoneSystemSettings, publicKeys: [key], apiKey: API_KEY });
  for (const key of [
    'not a key',
    '',
    Buffer.alloc(31, 1).toString('base64'),
    Buffer.alloc(32).toString('base64'),
    // As addresses have it: bytes that would be a key, and no text that Telnyx shows.
    Buffer.alloc(32, 0xfb).toString('base64url').padEnd(44, '='),
  ]) {
    expect(start(key)).toThrow('publicKeys: 0: must be an Ed25519 public key in base64');
  }
  expect(start(Buffer.alloc(32, 'a\0').toString('base64'))).not.toThrow();
});

test("a fault of Telnyx's library is no wrong signature", async () => {
  const fault = new Error('no Ed25519');
  const verify = jest.spyOn(TelnyxWebhook.prototype, 'verify').mockRejectedValueOnce(fault);
  await expect(isTelnyx(signed(body, now(), privateKey))).rejects.toBe(fault);
  verify.mockRestore();
});

test.each([
  [290, true],
  [-290, true],
  [310, false],
  [-310, false],
])('a signature %s s old: %s', async (age, isAccepted) => {
  expect(await isTelnyx(signed(body, now() - age, privateKey))).toBe(isAccepted);
});

test.each([
  [20, true],
  [-20, true],
  [21, false],
  [-21, false],
])('with a tolerance of 20 s a signature %s s old: %s', async (age, isAccepted) => {
  const signedAt = now();
  const options = { toleranceSeconds: 20, now: () => (signedAt + age) * 1000 };
  expect(await isTelnyx(signed(body, signedAt, privateKey), body, options)).toBe(isAccepted);
});

test('the library holds its 300 s whatever the settings say', async () => {
  const signedAt = now() - 400;
  const options = { toleranceSeconds: 1000, now: () => signedAt * 1000 };
  expect(await isTelnyx(signed(body, signedAt, privateKey), body, options)).toBe(false);
});

test('the time is signed, too', async () => {
  const headers = signed(body, now(), privateKey);
  expect(await isTelnyx({ ...headers, 'telnyx-timestamp': `${now() + 1}` })).toBe(false);
});

const good = signed(body, now(), privateKey);
const signature = good['telnyx-signature-ed25519'];

test.each<[string, WebhookRequest['headers']]>([
  ['no headers', {}],
  ['no signature', { 'telnyx-timestamp': good['telnyx-timestamp'] }],
  ['no time', { 'telnyx-signature-ed25519': signature }],
  ['an empty signature', { ...good, 'telnyx-signature-ed25519': '' }],
  ['an empty time', { ...good, 'telnyx-timestamp': '' }],
  ['two signatures', { ...good, 'telnyx-signature-ed25519': [signature, signature] }],
  ['a signature that is too short', { ...good, 'telnyx-signature-ed25519': signature.slice(0, 84) }],
  ['a signature that is no base64', { ...good, 'telnyx-signature-ed25519': '%'.repeat(88) }],
  ['a signature in base64 for addresses', { ...good, 'telnyx-signature-ed25519': '-_'.repeat(44) }],
  ['a signature of zeros', { ...good, 'telnyx-signature-ed25519': Buffer.alloc(64).toString('base64') }],
  ['a time that is no number', { ...good, 'telnyx-timestamp': 'now' }],
  ['a time in another form', { ...good, 'telnyx-timestamp': `${good['telnyx-timestamp']}.0` }],
])('%s: refused', async (_what, headers) => {
  expect(await isTelnyx(headers)).toBe(false);
});

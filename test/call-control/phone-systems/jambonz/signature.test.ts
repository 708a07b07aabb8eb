import type { WebhookRequest } from '../../../../src/call-control/index';
import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { hmac, incoming, SECRET, webhook } from './jambonz-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const seconds = NOW / 1000;
/** Spaces and an escape: bytes that JSON, written again, would not have. */
const body = Buffer.from(`{ "call_sid": "abc",  "caller_name": "Zo\\u00eb Ŵ" }`);
const v1 = hmac(body, seconds);

const isJambonz = (
  header: string | string[] | undefined,
  { secrets = [SECRET], bytes = body, now = NOW, toleranceSeconds = 300 } = {},
) => {
  const headers: WebhookRequest['headers'] = header === undefined ? {} : { 'jambonz-signature': header };
  const options = { ...phoneSystemSettings, secrets, toleranceSeconds, now: () => now };
  return jambonz(options).authenticate(webhook('call', bytes, { headers }));
};

test('a signature that was computed elsewhere is accepted', () => {
  // printf '1700000000.{"call_sid":"abc"}' | openssl dgst -sha256 -hmac wh_secret_published
  const computed = 'f4986e45523e696bdae0611f5cc44b3d9573fc539530298f24d1598ce4202cf5';
  expect(
    isJambonz(`t=1700000000,v1=${computed}`, {
      secrets: ['wh_secret_published'],
      bytes: Buffer.from('{"call_sid":"abc"}'),
      now: 1_700_000_000_000,
    }),
  ).toBe(true);
});

test('the signature is over the bytes as they came', () => {
  expect(isJambonz(`t=${seconds},v1=${v1}`)).toBe(true);
  const writtenAgain = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))));
  expect(isJambonz(`t=${seconds},v1=${v1}`, { bytes: writtenAgain })).toBe(false);
});

test('bytes that are no text are signed like any others', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);
  expect(isJambonz(`t=${seconds},v1=${hmac(bytes, seconds)}`, { bytes })).toBe(true);
});

test.each([
  ['of one byte more', Buffer.concat([body, Buffer.from(' ')])],
  ['of one byte less', body.subarray(0, -1)],
  ['of another call', Buffer.from(JSON.stringify(incoming))],
  ['that is empty', Buffer.alloc(0)],
])('a body %s is refused', (_what, bytes) => {
  expect(isJambonz(`t=${seconds},v1=${v1}`, { bytes })).toBe(false);
});

test('while the secret is changed either is accepted, and so is either of two signatures', () => {
  const another = hmac(body, seconds, 'wh_secret_another');
  expect(isJambonz(`t=${seconds},v1=${v1}`, { secrets: ['wh_secret_another', SECRET] })).toBe(true);
  expect(isJambonz(`t=${seconds},v1=${another},v1=${v1}`)).toBe(true);
  expect(isJambonz(`t=${seconds}, v1=${v1}, v1=${another}`)).toBe(true);
  expect(isJambonz(`t=${seconds},v1=${another}`)).toBe(false);
});

test('nobody is let in without a secret, or with an empty one', () => {
  expect(isJambonz(`t=${seconds},v1=${v1}`, { secrets: [] })).toBe(false);
  expect(isJambonz(`t=${seconds},v1=${hmac(body, seconds, '')}`, { secrets: [''] })).toBe(false);
});

test.each([
  [300, true],
  [-300, true],
  [301, false],
  [-301, false],
])('a signature %s s old: %s', (age, isAccepted) => {
  const signedAt = seconds - age;
  expect(isJambonz(`t=${signedAt},v1=${hmac(body, signedAt)}`)).toBe(isAccepted);
});

test('how old a signature may be is a setting', () => {
  const signedAt = seconds - 20;
  const header = `t=${signedAt},v1=${hmac(body, signedAt)}`;
  expect(isJambonz(header, { toleranceSeconds: 20 })).toBe(true);
  expect(isJambonz(header, { toleranceSeconds: 19 })).toBe(false);
});

test('without settings a signature of this moment is accepted and an old one is not', () => {
  const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });
  const signedAt = (at: number) =>
    webhook('call', body, { headers: { 'jambonz-signature': `t=${at},v1=${hmac(body, at)}` } });
  const now = Math.floor(Date.now() / 1000);
  expect(system.authenticate(signedAt(now))).toBe(true);
  expect(system.authenticate(signedAt(now - 310))).toBe(false);
});

test('the time is signed, too', () => {
  expect(isJambonz(`t=${seconds + 1},v1=${v1}`)).toBe(false);
});

test.each<[string, string | string[] | undefined]>([
  ['no header', undefined],
  ['an empty header', ''],
  ['two headers', [`t=${seconds},v1=${v1}`, `t=${seconds},v1=${v1}`]],
  ['no time', `v1=${v1}`],
  ['two times', `t=${seconds},t=1,v1=${v1}`],
  ['a time that is no number', `t=now,v1=${hmac(body, 'now')}`],
  ['a time with something before it', `t=x${seconds},v1=${hmac(body, `x${seconds}`)}`],
  ['a time with something behind it', `t=${seconds}x,v1=${hmac(body, `${seconds}x`)}`],
  ['no signature', `t=${seconds}`],
  ['an empty signature', `t=${seconds},v1=`],
  ['a signature that is too short', `t=${seconds},v1=${v1.slice(0, 62)}`],
  ['a signature with something before it', `t=${seconds},v1=00${v1}`],
  ['a signature with something behind it', `t=${seconds},v1=${v1}00`],
  ['a signature that is no hexadecimal', `t=${seconds},v1=${'z'.repeat(64)}`],
  ['a signature of another version', `t=${seconds},v2=${v1}`],
  ['the signature alone', v1],
])('%s is refused', (_what, header) => {
  expect(isJambonz(header)).toBe(false);
});

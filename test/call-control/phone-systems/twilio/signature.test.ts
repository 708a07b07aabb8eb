import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

import type { WebhookRequest } from '../../../../src/call-control/index';
import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { incoming, webhook } from './twilio-requests';

/** The example of Twilio's own documentation of its signature. */
const published = {
  token: '12345',
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  parameters: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  },
};

const request = (change: Partial<WebhookRequest> = {}): WebhookRequest => ({
  ...webhook('voice', published.parameters),
  url: published.url,
  headers: { 'x-twilio-signature': published.signature },
  ...change,
});

const isTwilios = (asked: WebhookRequest, authTokens = [published.token]) =>
  twilio({ ...phoneSystemSettings, authTokens }).authenticate(asked);

test('the published example of a signature is accepted', () => {
  expect(isTwilios(request())).toBe(true);
});

test('while tokens are changed either is accepted', () => {
  expect(isTwilios(request(), ['the-new-one', published.token])).toBe(true);
});

test.each<[string, Partial<WebhookRequest>]>([
  ['another body', { body: Buffer.from(new URLSearchParams(incoming).toString()) }],
  ['another address', { url: 'https://mycompany.com/myapp.php?foo=1&bar=3' }],
  ['no signature', { headers: {} }],
  ['two signatures', { headers: { 'x-twilio-signature': [published.signature, published.signature] } }],
  ['an empty signature', { headers: { 'x-twilio-signature': '' } }],
  ['bytes that are no text', { body: Buffer.from([0xff, 0xfe, 0x00]) }],
])('%s is not Twilio', (_what, change) => {
  expect(isTwilios(request(change))).toBe(false);
});

test('nobody is let in with an empty token, by which anybody could sign', () => {
  const signature = getExpectedTwilioSignature('', published.url, published.parameters);

  expect(isTwilios(request({ headers: { 'x-twilio-signature': signature } }), [''])).toBe(false);
});

test('another token is not Twilio', () => {
  expect(isTwilios(request(), ['54321'])).toBe(false);
  expect(isTwilios(request(), [])).toBe(false);
});

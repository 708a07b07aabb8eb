import { validateRequest } from 'twilio/lib/webhooks/webhooks';

import type { WebhookRequest } from '../../phone-system';

import { formOf } from './payloads';

/**
 * Whether Twilio signed the request with one of the account's tokens: an HMAC over the address that Twilio
 * called and the form's parameters. The address is the configured one; what the request itself says of its host
 * is anybody's word.
 */
export function isSigned({ url, headers, body }: WebhookRequest, authTokens: readonly string[]): boolean {
  const signature = headers['x-twilio-signature'];
  if (typeof signature !== 'string') return false;
  const form = formOf(body);
  return authTokens.some((token) => validateRequest(token, signature, url, form));
}

import { isUtf8 } from 'node:buffer';

import { TelnyxWebhook, TelnyxWebhookVerificationError } from 'telnyx/lib/webhooks';

import type { WebhookRequest } from '../../phone-system';

/** Lower case. */
export const SIGNATURE_HEADER = 'telnyx-signature-ed25519';
const TIMESTAMP_HEADER = 'telnyx-timestamp';

/** Telnyx's library never takes more, seconds. */
const MOST_TOLERANCE_SECONDS = 300;

export interface SignatureOptions {
  /** The account's Ed25519 public keys, in base64 as Telnyx's portal shows them. While one is changed there are two. */
  publicKeys: readonly string[];
  /**
   * How far a signature's time may be from the gateway's, either way, seconds. Default, and at most: 300, which
   * Telnyx's library holds against the machine's clock by itself.
   */
  toleranceSeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: (() => number) | undefined;
}

/** Tells whether Telnyx signed a request with one of the account's keys, and not long ago. */
type SignatureCheck = (request: Pick<WebhookRequest, 'headers' | 'body'>) => Promise<boolean>;

/**
 * Telnyx signs the time, a `|` and the body.
 *
 * @throws TelnyxWebhookVerificationError where a public key is none
 */
export function signatureCheck(options: SignatureOptions): SignatureCheck {
  const { publicKeys, toleranceSeconds = MOST_TOLERANCE_SECONDS, now = Date.now } = options;
  const webhooks = publicKeys.map((key) => new TelnyxWebhook(key));
  return async ({ headers, body }) => {
    const signature = headers[SIGNATURE_HEADER];
    const timestamp = headers[TIMESTAMP_HEADER];
    if (typeof signature !== 'string' || typeof timestamp !== 'string') return false;
    if (!(Math.abs(now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
    // The library takes text: only of UTF-8 does it say exactly what the bytes do.
    if (!isUtf8(body)) return false;
    const signed = { [SIGNATURE_HEADER]: signature, [TIMESTAMP_HEADER]: timestamp };
    const checks = webhooks.map((webhook) => isVerified(webhook, body.toString('utf8'), signed));
    return (await Promise.all(checks)).includes(true);
  };
}

async function isVerified(
  webhook: TelnyxWebhook,
  payload: string,
  headers: Record<string, string>,
): Promise<boolean> {
  try {
    await webhook.verify(payload, headers);
    return true;
  } catch (error) {
    if (error instanceof TelnyxWebhookVerificationError) return false;
    throw error;
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto';

import type { WebhookRequest } from '../../phone-system';

/** Lower case. */
export const SIGNATURE_HEADER = 'jambonz-signature';

/** How far a signature's time may be from the gateway's, either way, seconds. */
const TOLERANCE_SECONDS = 300;

export interface SignatureOptions {
  /** The account's webhook secrets. While one is changed there are two. */
  secrets: readonly string[];
  /** Default: 300. */
  toleranceSeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: (() => number) | undefined;
}

/**
 * Whether jambonz signed the request with one of the account's secrets, and not long ago: the header
 * `Jambonz-Signature: t=<seconds>,v1=<hex>` holds an HMAC-SHA-256 over the time, a dot and the body's raw bytes.
 * While a secret is changed jambonz may send several `v1`.
 */
export function isSigned(
  { headers, body }: Pick<WebhookRequest, 'headers' | 'body'>,
  { secrets, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now }: SignatureOptions,
): boolean {
  const header = headers[SIGNATURE_HEADER];
  const parsed = typeof header === 'string' ? parseHeader(header) : undefined;
  if (parsed === undefined) return false;
  if (Math.abs(now() / 1000 - Number(parsed.time)) > toleranceSeconds) return false;
  return secrets.some((secret) => {
    // Anybody could sign with it.
    if (secret === '') return false;
    const expected = createHmac('sha256', secret).update(`${parsed.time}.`).update(body).digest();
    return parsed.signatures.some((signature) => timingSafeEqual(signature, expected));
  });
}

/** The time stays text: it was signed as it was written. */
function parseHeader(header: string): { time: string; signatures: Buffer[] } | undefined {
  const pairs = header.split(',').map((pair) => pair.trim());
  const valuesOf = (name: string) =>
    pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  const [time, ...more] = valuesOf('t');
  if (time === undefined || more.length > 0 || !/^\d{1,12}$/.test(time)) return undefined;
  // Of the right length, or they could not be compared.
  const signatures = valuesOf('v1').filter((value) => /^[0-9a-f]{64}$/i.test(value));
  return { time, signatures: signatures.map((value) => Buffer.from(value, 'hex')) };
}

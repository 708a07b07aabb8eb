/** The entry point for whoever runs the gateway with Telnyx in a program of their own. Needs the package `telnyx`. */
import { isUtf8 } from 'node:buffer';

import { TelnyxWebhook, TelnyxWebhookVerificationError } from 'telnyx/lib/webhooks';
import { z } from 'zod';

import { httpUrl } from '../../../contract/fields';
import { list, readEnvironment, warnOfPlainHttp } from '../../../environment/read-environment';
import type { PhoneSystem, PhoneSystemModule, PhoneSystemSettings } from '../../phone-system';
import { callQuerySchema } from '../../read-webhook';
import { E164 } from '../../routes';

import { commandsFor, type CommandSettings } from './answer';
import { performer, type PerformOptions, type TelnyxCommand } from './commands';
import { read, webhookSchema, type TelnyxCall } from './read';

export interface TelnyxOptions extends PhoneSystemSettings, CommandSettings, PerformOptions {
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

/** Lower case. */
const SIGNATURE_HEADER = 'telnyx-signature-ed25519';
const TIMESTAMP_HEADER = 'telnyx-timestamp';

/**
 * Telnyx Call Control, API v2: the webhook of a Call Control application, answered by commands to Telnyx's API.
 * All events of a call come to the one address that the application names in Telnyx's portal. A webhook is answered
 * after its commands were taken: an application whose webhook timeout is too short for that sends it again, which
 * does no harm.
 *
 * @throws TypeError that names a public key that is none
 */
export function telnyx(options: TelnyxOptions): PhoneSystem<TelnyxCall, TelnyxCommand> {
  return {
    name: 'telnyx',
    hooks: {
      events: {
        summary: 'What happens to a call: it is answered, dialled and routed by commands to Telnyx',
        query: callQuerySchema,
        accepts: 'application/json',
        body: webhookSchema,
        answers: 'application/json',
      },
    },
    signatureHeader: SIGNATURE_HEADER,
    authenticate: signatureCheck(options),
    read: (request) => read(request, options),
    answer: (step, call, now) => ({
      contentType: 'application/json',
      body: '{}',
      commands: commandsFor(step, call, options, now),
    }),
    perform: performer(options),
  };
}

/** Telnyx signs the time, a `|` and the body. Tells whether it did with one of the account's keys, and not long ago. */
function signatureCheck(options: TelnyxOptions): PhoneSystem['authenticate'] {
  const { publicKeys, toleranceSeconds = 300, now = Date.now } = options;
  const webhooks = publicKeys.map((key, index) => new TelnyxWebhook(checkedKey(key, index)));
  return async ({ headers, body }) => {
    const signature = headers[SIGNATURE_HEADER];
    const timestamp = headers[TIMESTAMP_HEADER];
    if (typeof signature !== 'string' || typeof timestamp !== 'string') return false;
    if (!(Math.abs(now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
    // The library takes text: only of UTF-8 does it say exactly what the bytes do.
    if (!isUtf8(body)) return false;
    const signed = { [SIGNATURE_HEADER]: signature, [TIMESTAMP_HEADER]: timestamp };
    const checks = webhooks.map((webhook) => webhook.verify(body.toString('utf8'), signed));
    const results = await Promise.allSettled(checks);
    return results.some((result) => {
      if (result.status === 'fulfilled') return true;
      if (result.reason instanceof TelnyxWebhookVerificationError) return false;
      throw result.reason;
    });
  };
}

/** @throws TypeError if it is none: no webhook would ever be let in */
function checkedKey(key: string, index: number): string {
  if (isPublicKey(key)) return key;
  throw new TypeError(`publicKeys: ${index}: ${NO_KEY}`);
}

/** The 32 bytes of an Ed25519 key, as base64 writes them. */
const isPublicKey = (key: string): boolean => {
  const bytes = Buffer.from(key, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === key && bytes.some((byte) => byte !== 0);
};

const NO_KEY = 'must be an Ed25519 public key in base64';

const environmentSchema = z.object({
  TELNYX_PUBLIC_KEYS: list.pipe(z.array(z.string().refine(isPublicKey, NO_KEY)).min(1, 'must not be empty')),
  TELNYX_API_KEY: z.string(),
  TELNYX_CALLER_ID: z.string().regex(E164, 'must be a number in E.164').optional(),
  TELNYX_API_URL: httpUrl.optional(),
});

/**
 * Reads `TELNYX_PUBLIC_KEYS` (required, separated by commas), `TELNYX_API_KEY` (required), `TELNYX_CALLER_ID` and
 * `TELNYX_API_URL`.
 */
export const fromEnvironment: PhoneSystemModule['fromEnvironment'] = (environment, settings) => {
  const set = readEnvironment(environmentSchema, environment);
  warnOfPlainHttp('TELNYX_API_URL', set.TELNYX_API_URL);
  return telnyx({
    ...settings,
    publicKeys: set.TELNYX_PUBLIC_KEYS,
    apiKey: set.TELNYX_API_KEY,
    callerId: set.TELNYX_CALLER_ID,
    apiUrl: set.TELNYX_API_URL,
  });
};

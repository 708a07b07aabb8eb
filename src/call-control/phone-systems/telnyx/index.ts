/** The door for whoever runs the gateway with Telnyx in a program of their own. Needs the package `telnyx`. */
import { z } from 'zod';

import { list, readEnvironment } from '../../../environment/read-environment';
import type { PhoneSystem, PhoneSystemModule, PhoneSystemSettings } from '../../phone-system';
import { callQuerySchema } from '../../request-in-query';

import { answer, type CommandSettings } from './answer';
import type { TelnyxCommand } from './commands';
import { webhookSchema } from './payloads';
import { performer, type PerformOptions } from './perform';
import { read, type TelnyxCall } from './read';
import { SIGNATURE_HEADER, signatureCheck, type SignatureOptions } from './signature';

export interface TelnyxOptions
  extends PhoneSystemSettings, CommandSettings, SignatureOptions, PerformOptions {}

/**
 * Telnyx Call Control, API v2: the webhook of a Call Control application, answered by commands to Telnyx's API.
 * All events of a call come to the one address that the application names in Telnyx's portal. A webhook is answered
 * after its commands were taken: an application whose webhook timeout is too short for that sends it again, which
 * does no harm.
 *
 * @throws TelnyxWebhookVerificationError where a public key is none
 */
export function telnyx(options: TelnyxOptions): PhoneSystem<TelnyxCall, TelnyxCommand> {
  const authenticate = signatureCheck(options);
  const perform = performer(options);
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
    authenticate,
    read: (request) => read(request, options),
    answer: (step, call, now) => answer(step, call, options, now),
    perform,
  };
}

const environmentSchema = z.object({
  TELNYX_PUBLIC_KEYS: list.pipe(
    z
      .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'must be an Ed25519 public key in base64'))
      .min(1, 'must not be empty'),
  ),
  TELNYX_API_KEY: z.string(),
  TELNYX_CALLER_ID: z
    .string()
    .regex(/^\+[1-9]\d{1,14}$/, 'must be a number in E.164')
    .optional(),
  TELNYX_API_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
});

/**
 * Reads `TELNYX_PUBLIC_KEYS` (required, separated by commas), `TELNYX_API_KEY` (required), `TELNYX_CALLER_ID` and
 * `TELNYX_API_URL`.
 */
export const fromEnvironment: PhoneSystemModule['fromEnvironment'] = (environment, settings) => {
  const set = readEnvironment(environmentSchema, environment);
  return telnyx({
    ...settings,
    publicKeys: set.TELNYX_PUBLIC_KEYS,
    apiKey: set.TELNYX_API_KEY,
    callerId: set.TELNYX_CALLER_ID,
    apiUrl: set.TELNYX_API_URL,
  });
};

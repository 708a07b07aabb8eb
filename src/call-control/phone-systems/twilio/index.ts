/** The entry point for whoever runs the gateway with Twilio in a program of their own. Needs the package `twilio`. */
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import { z } from 'zod';

import { list, readEnvironment } from '../../../environment/read-environment';
import type { Hook, PhoneSystem, PhoneSystemModule, WebhookRequest } from '../../phone-system';
import { callQuerySchema, legQuerySchema, routedQuerySchema } from '../../read-webhook';
import { E164 } from '../../routes';
import { least, secretOf } from '../../secrets';

import { answer, type TwimlSettings } from './answer';
import { dialSchema, formOf, read, statusCallbackSchema, voiceSchema, type TwilioCall } from './read';

export interface TwilioOptions extends TwimlSettings {
  /** Of the account. While they are changed there are two. */
  authTokens: readonly string[];
}

/** Lower case. */
const SIGNATURE_HEADER = 'x-twilio-signature';

const hook = (summary: string, query: z.ZodType, body: z.ZodType, unread?: TwilioCall): Hook => ({
  summary,
  query,
  accepts: 'application/x-www-form-urlencoded',
  body,
  answers: 'text/xml',
  ...(unread && { unread }),
});

/**
 * Twilio Programmable Voice: the webhook of an incoming call, the `action` of `<Dial>` and status callbacks. The
 * first is for Twilio's console, and the last, as the one for changes of a call's status; the gateway's own TwiML
 * names the others.
 */
export function twilio(options: TwilioOptions): PhoneSystem<TwilioCall> {
  return {
    name: 'twilio',
    hooks: {
      voice: hook(
        'A call comes in, or comes back: TwiML that dials GenerativeAgent',
        callQuerySchema,
        voiceSchema,
        { conversationId: '' },
      ),
      dial: hook('The dialled leg is over: TwiML that carries out the decision', legQuerySchema, dialSchema, {
        conversationId: '',
      }),
      routed: hook(
        "The leg of the decision's `DIAL` route is over: TwiML of the fallback route, if nobody answered",
        routedQuerySchema,
        dialSchema,
        { conversationId: '' },
      ),
      status: hook(
        'The dialled leg was answered, or the caller hung up',
        legQuerySchema.partial(),
        statusCallbackSchema,
      ),
    },
    signatureHeader: SIGNATURE_HEADER,
    authenticate: (request) => isSigned(request, options.authTokens),
    read: (request) => read(request, options),
    answer: (step, call, now) => answer(step, call, options, now),
  };
}

/**
 * Whether Twilio signed the request with one of the account's tokens: an HMAC over the address that Twilio
 * called and the form's parameters. The address is the configured one; what the request itself says of its host
 * is anybody's word.
 */
function isSigned({ url, headers, body }: WebhookRequest, authTokens: readonly string[]): boolean {
  const signature = headers[SIGNATURE_HEADER];
  if (typeof signature !== 'string') return false;
  const form = formOf(body);
  // With an empty token anybody could sign.
  return authTokens.some((token) => token !== '' && validateRequest(token, signature, url, form));
}

const environmentSchema = z.object({
  TWILIO_AUTH_TOKENS: list.pipe(z.array(secretOf(least.given)).min(1, 'must not be empty')),
  TWILIO_CALLER_ID: z.string().regex(E164, 'must be a number in E.164, such as +18005551212').optional(),
  TWILIO_WORKFLOW_SID: z
    .string()
    .regex(/^WW[0-9a-f]{32}$/, 'must be the SID of a TaskRouter workflow')
    .optional(),
});

/** Reads `TWILIO_AUTH_TOKENS` (required, separated by commas), `TWILIO_CALLER_ID` and `TWILIO_WORKFLOW_SID`. */
export const fromEnvironment: PhoneSystemModule['fromEnvironment'] = (environment, settings) => {
  const set = readEnvironment(environmentSchema, environment);
  return twilio({
    ...settings,
    authTokens: set.TWILIO_AUTH_TOKENS,
    callerId: set.TWILIO_CALLER_ID,
    workflowSid: set.TWILIO_WORKFLOW_SID,
  });
};

/** The entry point for whoever runs the gateway with jambonz in a program of their own. */
import { createHmac, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { list, readEnvironment } from '../../../environment/read-environment';
import type { Hook, PhoneSystem, PhoneSystemModule, WebhookRequest } from '../../phone-system';
import { callQuerySchema, legQuerySchema, routedQuerySchema } from '../../read-webhook';
import { least, secretOf } from '../../secrets';

import { answer, type VerbSettings } from './answer';
import {
  callStatusSchema,
  callWebhookSchema,
  dialEndedSchema,
  read,
  SIGNATURE_HEADER,
  type JambonzCall,
} from './read';

export interface JambonzOptions extends VerbSettings {
  /** The account's webhook secrets. While one is changed there are two. */
  secrets: readonly string[];
  /** How far a signature's time may be from the gateway's, either way, seconds. Default: 300. */
  toleranceSeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: (() => number) | undefined;
}

const hook = (summary: string, body: z.ZodType, query?: z.ZodType, unread?: JambonzCall): Hook => ({
  summary,
  ...(query === undefined ? {} : { query }),
  accepts: 'application/json',
  body,
  answers: 'application/json',
  ...(unread && { unread }),
});

/** Of a call of which nothing is known. */
const unread: JambonzCall = { conversationId: '', tags: {} };

/**
 * jambonz: an application's calling webhook, the `actionHook` of `dial` and the application's call status webhook.
 * The first and the last are for jambonz's portal; the gateway's own `dial` names the other.
 */
export function jambonz(options: JambonzOptions): PhoneSystem<JambonzCall> {
  return {
    name: 'jambonz',
    hooks: {
      call: hook(
        'A call comes in, or comes back: verbs that dial GenerativeAgent',
        callWebhookSchema,
        callQuerySchema,
        unread,
      ),
      dial: hook(
        'The dialled leg is over: verbs that carry out the decision',
        dialEndedSchema,
        legQuerySchema,
        unread,
      ),
      routed: hook(
        "The leg of the decision's `DIAL` route is over: verbs of the fallback route, if nobody answered",
        dialEndedSchema,
        routedQuerySchema,
      ),
      status: hook('The dialled leg was answered, or the caller hung up', callStatusSchema),
    },
    signatureHeader: SIGNATURE_HEADER,
    authenticate: (request) => isSigned(request, options),
    read: (request) => read(request, options),
    answer: (step, call, now) => answer(step, call, options, now),
  };
}

/**
 * Whether jambonz signed the request with one of the account's secrets, and not long ago: the header
 * `Jambonz-Signature: t=<seconds>,v1=<hex>` holds an HMAC-SHA-256 over the time, a dot and the body's raw bytes.
 * While a secret is changed jambonz may send several `v1`.
 */
function isSigned(
  { headers, body }: WebhookRequest,
  { secrets, toleranceSeconds = 300, now = Date.now }: JambonzOptions,
): boolean {
  const header = headers[SIGNATURE_HEADER];
  if (typeof header !== 'string') return false;
  const pairs = header.split(',').map((pair) => pair.trim());
  const valuesOf = (name: string) =>
    pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  // The time stays text: it was signed as it was written.
  const [time = '', ...more] = valuesOf('t');
  if (more.length > 0 || !/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(now() / 1000 - Number(time)) > toleranceSeconds) return false;
  // Of the right length, or they could not be compared.
  const signatures = valuesOf('v1').filter((value) => /^[0-9a-f]{64}$/i.test(value));
  return secrets.some((secret) => {
    // Anybody could sign with it.
    if (secret === '') return false;
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return signatures.some((signature) => timingSafeEqual(Buffer.from(signature, 'hex'), expected));
  });
}

const environmentSchema = z.object({
  JAMBONZ_WEBHOOK_SECRETS: list.pipe(z.array(secretOf(least.given)).min(1, 'must not be empty')),
  JAMBONZ_CALLER_ID: z.string().optional(),
  JAMBONZ_TRUNK: z.string().optional(),
});

/** Reads `JAMBONZ_WEBHOOK_SECRETS` (required, separated by commas), `JAMBONZ_CALLER_ID` and `JAMBONZ_TRUNK`. */
export const fromEnvironment: PhoneSystemModule['fromEnvironment'] = (environment, settings) => {
  const set = readEnvironment(environmentSchema, environment);
  return jambonz({
    ...settings,
    secrets: set.JAMBONZ_WEBHOOK_SECRETS,
    callerId: set.JAMBONZ_CALLER_ID,
    trunk: set.JAMBONZ_TRUNK,
  });
};

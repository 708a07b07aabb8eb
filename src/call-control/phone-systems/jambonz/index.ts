/** The door for whoever runs the gateway with jambonz in a program of their own. */
import { z } from 'zod';

import { list, readEnvironment } from '../../../environment/read-environment';
import type { Hook, PhoneSystem, PhoneSystemModule } from '../../phone-system';
import { callQuerySchema, legQuerySchema } from '../../request-in-query';

import { answer, type VerbSettings } from './answer';
import { callStatusSchema, callWebhookSchema, dialEndedSchema } from './payloads';
import { read, type JambonzCall } from './read';
import { isSigned, SIGNATURE_HEADER, type SignatureOptions } from './signature';

export interface JambonzOptions extends VerbSettings, SignatureOptions {}

const hook = (summary: string, body: z.ZodType, query?: z.ZodType): Hook => ({
  summary,
  ...(query === undefined ? {} : { query }),
  accepts: 'application/json',
  body,
  answers: 'application/json',
});

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
      ),
      dial: hook(
        'The dialled leg is over: verbs that carry out the decision',
        dialEndedSchema,
        legQuerySchema,
      ),
      status: hook('The dialled leg was answered, or the caller hung up', callStatusSchema),
    },
    signatureHeader: SIGNATURE_HEADER,
    authenticate: (request) => isSigned(request, options),
    read: (request) => read(request, options),
    answer: (step, call, now) => answer(step, call, options, now),
  };
}

const environmentSchema = z.object({
  JAMBONZ_WEBHOOK_SECRETS: list.pipe(z.array(z.string()).min(1, 'must not be empty')),
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

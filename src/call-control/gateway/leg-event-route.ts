import type { FastifyInstance } from 'fastify';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { z } from 'zod';

import { nextStepSchema } from '../../contract/next-step';
import { checked, jsonIn } from '../checked';
import { legEventSchema } from '../leg-events';
import type { NextSteps } from '../next-steps';

import { deliverySchema } from './conversation-routes';
import { logFallback } from './log';
import { problem, unauthorized } from './problems';
import { takeRawBodies } from './raw-bodies';

export interface LegEventRouteOptions {
  steps: NextSteps;
  /** Of Standard Webhooks: base64, with or without `whsec_`. While they are changed there are several. */
  secrets: readonly string[];
  /** How old or early a webhook may be, seconds. At most 300, the limit of Standard Webhooks' library. Default: 300. */
  toleranceSeconds?: number;
}

/**
 * Canonical leg events, signed as Standard Webhooks says, for any system that can post JSON.
 *
 * A repeated event is answered as the first was: an event says all of itself by its leg, so its `webhook-id`
 * need not be remembered.
 *
 * @throws Error where a secret is no base64
 */
export async function legEventRoute(
  server: FastifyInstance,
  { steps, secrets, toleranceSeconds = 300 }: LegEventRouteOptions,
): Promise<void> {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  await server.register((app, _options, done) => {
    takeRawBodies(app);
    app.post('/v1/leg-events', {
      schema: {
        tags: ['Leg events'],
        summary: 'What happened to a leg, signed as Standard Webhooks says',
        security: [{ standardWebhooks: [] }],
        consumes: ['application/json'],
        body: legEventSchema,
        headers: z.object({
          'webhook-id': z.string().describe('Of the message'),
          'webhook-timestamp': z.string().describe('Seconds since 1970'),
          'webhook-signature': z.string().describe('`v1,{base64}`, several separated by spaces'),
        }),
        response: {
          200: z.union([nextStepSchema, deliverySchema]),
          400: problem('A field is missing or wrong; the message names it'),
          401: problem('The signature is missing, wrong or too old'),
          404: problem('No such conversation, or no such leg in it'),
          409: problem('The leg cannot be had'),
          413: problem('The body is too large'),
          415: problem('The body is no JSON'),
          429: problem('Too many requests'),
          503: problem('Temporal gave no answer: repeat the request'),
        },
      },
      // The bytes are checked first, and then what they say.
      validatorCompiler: () => () => true,
      handler: async ({ headers, body, log }) => {
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        if (!isSigned(webhooks, bytes, headers as Record<string, string>, toleranceSeconds))
          throw unauthorized();
        const event = checked(legEventSchema, jsonIn(bytes), 'body');
        if (event.type === 'leg.connected') return { delivered: await steps.note(event) };
        return await steps.after(event, logFallback(log, event));
      },
    });
    done();
  });
}

function isSigned(
  webhooks: readonly Webhook[],
  body: Buffer,
  headers: Record<string, string>,
  toleranceSeconds: number,
): boolean {
  const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  if (!(age <= toleranceSeconds)) return false;
  return webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  });
}

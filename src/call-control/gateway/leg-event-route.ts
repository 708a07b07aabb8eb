import type { FastifyInstance } from 'fastify';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { z } from 'zod';

import { nextStepSchema } from '../../contract/next-step';
import { legEventSchema } from '../leg-events';
import type { NextSteps } from '../next-steps';
import { checked, jsonIn } from '../read-webhook';
import { least, usableSecrets } from '../secrets';

import { deliverySchema } from './conversation-routes';
import type { GatewayOptions } from './create-gateway';
import { answer, problem, problems, unauthorized } from './problems';

/** @throws Error if a secret is no base64, or too short */
export const webhooksOf = ({ webhookSecrets = [] }: GatewayOptions): Webhook[] =>
  usableSecrets('webhookSecrets', webhookSecrets, least.webhook).map((secret) => new Webhook(secret));

/**
 * Canonical leg events, signed as Standard Webhooks says, for any system that can post JSON.
 *
 * A repeated event is answered as the first was: an event says all of itself by its leg, so its `webhook-id`
 * need not be remembered.
 *
 * @param app - leaves bodies as the bytes that came
 * @param webhooks - which of them signed it
 */
export function legEventRoute(
  app: FastifyInstance,
  { webhookToleranceSeconds = 300 }: GatewayOptions,
  webhooks: readonly Webhook[],
  steps: NextSteps,
): void {
  app.post<{ Body: Buffer | undefined }>('/v1/leg-events', {
    schema: {
      tags: ['Leg events'],
      operationId: 'sendLegEvent',
      summary: 'What happened to a leg, signed as Standard Webhooks says',
      security: [{ standardWebhooks: [] }],
      consumes: ['application/json'],
      body: legEventSchema,
      headers: z.object({
        'webhook-id': z.string().meta({ description: 'Of the message', examples: ['msg_1'] }),
        'webhook-timestamp': z
          .string()
          .meta({ description: 'Seconds since 1970, as text', examples: ['1795514400'] }),
        'webhook-signature': z.string().meta({
          description:
            '`v1,` and the base64 HMAC-SHA-256 of `{webhook-id}.{webhook-timestamp}.{body}`; several separated by spaces',
          examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
        }),
      }),
      response: {
        ...problems,
        200: answer(
          'What to do with the customer; after `leg.connected` whether the conversation heard it',
          z.union([nextStepSchema, deliverySchema]),
        ),
        401: problem('The signature is missing, wrong or too old'),
        404: problem('No such conversation, or no such leg in it'),
        409: problem('The leg cannot be had'),
        415: problem('The body is no JSON'),
        503: problem('Temporal gave no answer, or the gateway is busy: repeat the request'),
      },
    },
    handler: async ({ headers, body = Buffer.alloc(0), log }) => {
      const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
      const isRecent = age <= webhookToleranceSeconds;
      if (!isRecent || !webhooks.some((webhook) => isSigned(webhook, body, headers))) throw unauthorized();
      const event = checked(legEventSchema, jsonIn(body), 'body');
      if (event.type === 'leg.connected') return { delivered: await steps.note(event) };
      return await steps.after(event, log);
    },
  });
}

function isSigned(webhook: Webhook, body: Buffer, headers: object): boolean {
  try {
    webhook.verify(body, headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

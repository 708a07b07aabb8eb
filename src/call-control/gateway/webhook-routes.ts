import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { z } from 'zod';

import { nextStepSchema, type NextStep } from '../../contract/next-step';
import { legEventSchema } from '../leg-events';
import type { NextSteps } from '../next-steps';
import type { Hook, PhoneSystem, WebhookAnswer, WebhookRequest } from '../phone-system';
import { checked, jsonIn } from '../read-webhook';
import { knownRoute } from '../routes';

import { deliverySchema } from './conversation-routes';
import type { GatewayOptions } from './create-gateway';
import { Problem, problem, problems, unauthorized } from './problems';

/**
 * Canonical leg events, signed as Standard Webhooks says, for any system that can post JSON.
 *
 * A repeated event is answered as the first was: an event says all of itself by its leg, so its `webhook-id`
 * need not be remembered.
 *
 * @param app - leaves bodies as the bytes that came
 * @throws Error where a secret is no base64
 */
export function legEventRoute(
  app: FastifyInstance,
  { webhookSecrets = [], webhookToleranceSeconds = 300 }: GatewayOptions,
  steps: NextSteps,
): void {
  const webhooks = webhookSecrets.map((secret) => new Webhook(secret));
  app.post<{ Body: Buffer | undefined }>('/v1/leg-events', {
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
        ...problems,
        200: z.union([nextStepSchema, deliverySchema]),
        401: problem('The signature is missing, wrong or too old'),
        404: problem(
          'No such conversation, or a disconnect of a leg that it does not know. Only `leg.requested` starts one: send the event again after it',
        ),
        409: problem('The leg cannot be had'),
        415: problem('The body is no JSON'),
        503: problem('Temporal gave no answer: repeat the request'),
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

/**
 * The webhooks of phone systems, each at `/{phone system}/{hook}`.
 *
 * @param app - leaves bodies as the bytes that came
 */
export function webhookRoutes(
  app: FastifyInstance,
  { phoneSystems = [], publicUrl }: GatewayOptions,
  steps: NextSteps,
): void {
  for (const system of phoneSystems) {
    for (const [name, hook] of Object.entries(system.hooks)) {
      app.post<{ Body: Buffer | undefined }>(`/${system.name}/${name}`, {
        schema: schemaOf(system, hook),
        handler: async (request, reply) => {
          const webhook = webhookRequest(request, name, publicUrl);
          if (!(await system.authenticate(webhook))) throw unauthorized();
          const answer = await serve(system, webhook, steps, request.log);
          return await reply.type(answer.contentType).send(answer.body);
        },
      });
    }
  }
}

const schemaOf = ({ name }: PhoneSystem, { summary, accepts, query, body, answers }: Hook) => ({
  tags: [name],
  summary,
  security: [{ [name]: [] }],
  consumes: [accepts],
  ...(query === undefined ? {} : { querystring: query }),
  body,
  response: {
    ...problems,
    200: { description: 'What to do next', content: { [answers]: { schema: z.any() } } },
    401: problem('The signature is missing, wrong or too old'),
    404: problem('Nobody waits for an answer, and there is no such conversation'),
    415: problem('The body is of another type'),
    502: problem('The phone system did not take a command: send the event again'),
    503: problem('Temporal gave no answer and nobody waits for it: send the event again'),
  },
});

function webhookRequest(
  { body = Buffer.alloc(0), headers, url }: FastifyRequest<{ Body: Buffer | undefined }>,
  hook: string,
  publicUrl: string,
): WebhookRequest {
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? [];
  return { hook, url: publicUrl + url, query: new URLSearchParams(query), headers, body };
}

/** The answer to a webhook, after what it asks for has been done. */
async function serve(
  system: PhoneSystem,
  request: WebhookRequest,
  steps: NextSteps,
  log: FastifyBaseLogger,
): Promise<WebhookAnswer> {
  const { event: read, awaitsStep, call } = system.read(request);
  // A phone system's own ids must fit the contract, too.
  const event = read === undefined ? undefined : checked(legEventSchema, read, 'event');
  let step: NextStep | undefined;
  if (awaitsStep && event !== undefined && event.type !== 'leg.connected') {
    // A caller is there: whatever the workflow refuses, the answer is a step and no error.
    step = await steps.after(event, log, false);
  } else if (event !== undefined && event.type !== 'leg.requested') await steps.note(event);
  if (step !== undefined) logUnknownRoute(log, step);
  const answer = system.answer(step, call, Date.now());
  if (await isPerformed(system, answer, log)) return answer;
  if (step?.action !== 'DIAL' || event === undefined) throw notTaken();

  // The number was not dialled: what comes next for the caller is asked at once.
  const ids = { conversationId: event.data.conversationId, transferId: step.leg.transferId };
  const failed = { ...ids, by: 'GENERATIVE_AGENT', cause: 'FAILED' } as const;
  const instead = await steps.after({ type: 'leg.disconnected', data: failed }, log, false);
  const answerInstead = system.answer(instead, call, Date.now());
  if (await isPerformed(system, answerInstead, log)) return answerInstead;
  throw notTaken();
}

/** Notes that a decision's route is none that the gateway can carry out: somebody must mend the routing policy. */
function logUnknownRoute(log: FastifyBaseLogger, step: NextStep): void {
  if (step.action === 'DIAL' || knownRoute(step.decision.route) !== undefined) return;
  const { conversationId, transferId, outcome } = step.decision;
  log.error(
    { conversationId, transferId, outcome },
    'The route of a decision is none that can be carried out',
  );
}

async function isPerformed(
  system: PhoneSystem,
  { commands = [], omitted = [] }: WebhookAnswer,
  log: FastifyBaseLogger,
): Promise<boolean> {
  if (omitted.length > 0)
    log.warn({ phoneSystem: system.name, omitted }, 'Variables were too long to pass on');
  try {
    if (commands.length > 0) await system.perform?.(commands);
    return true;
  } catch (error) {
    log.error({ phoneSystem: system.name, why: (error as Error).name }, 'A command was not taken');
    return false;
  }
}

const notTaken = () => new Problem(502, 'CommandNotTaken', 'The phone system did not take a command');

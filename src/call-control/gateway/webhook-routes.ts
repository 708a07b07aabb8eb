import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { NextStep } from '../../contract/next-step';
import { checked } from '../checked';
import { legEventSchema, type LegEvent } from '../leg-events';
import type { AwaitingEvent, NextSteps } from '../next-steps';
import type { PhoneSystem, WebhookAnswer, WebhookRequest } from '../phone-system';

import { logFallback, logUnknownRoute } from './log';
import { Problem, problem, unauthorized } from './problems';
import { takeRawBodies } from './raw-bodies';

export interface WebhookRoutesOptions {
  steps: NextSteps;
  phoneSystems: readonly PhoneSystem[];
  /** Without a slash at the end. */
  publicUrl: string;
}

/** The webhooks of phone systems, each at `/{phone system}/{hook}`. */
export async function webhookRoutes(server: FastifyInstance, options: WebhookRoutesOptions): Promise<void> {
  await server.register((app, _options, done) => {
    takeRawBodies(app);
    for (const system of options.phoneSystems) {
      for (const hook of Object.keys(system.hooks)) webhookRoute(app, system, hook, options);
    }
    done();
  });
}

function webhookRoute(
  app: FastifyInstance,
  system: PhoneSystem,
  hook: string,
  { steps, publicUrl }: WebhookRoutesOptions,
): void {
  const { summary, accepts, query, body, answers } = system.hooks[hook] as PhoneSystem['hooks'][string];
  app.post(`/${system.name}/${hook}`, {
    schema: {
      tags: [system.name],
      summary,
      security: [{ [system.name]: [] }],
      consumes: [accepts],
      ...(query === undefined ? {} : { querystring: query }),
      body,
      response: {
        200: { description: 'What to do next', content: { [answers]: { schema: z.any() } } },
        400: problem('A field is missing or wrong; the message names it'),
        401: problem('The signature is missing, wrong or too old'),
        404: problem('Nobody waits for an answer, and there is no such conversation'),
        413: problem('The body is too large'),
        415: problem('The body is of another type'),
        429: problem('Too many requests'),
        502: problem('The phone system did not take a command: send the event again'),
        503: problem('Temporal gave no answer and nobody waits for it: send the event again'),
      },
    },
    // What the bytes say is checked by the phone system, after their signature.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const webhook = webhookRequest(request, hook, publicUrl);
      if (!(await system.authenticate(webhook))) throw unauthorized();
      const answer = await serve(system, webhook, steps, request.log);
      return await reply.type(answer.contentType).send(answer.body);
    },
  });
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
  const step = event === undefined ? undefined : await take(event, awaitsStep, steps, log);
  if (step !== undefined) logUnknownRoute(log, step);
  const answer = system.answer(step, call, Date.now());
  if (await isPerformed(system, answer, log)) return answer;
  if (step?.action !== 'DIAL' || event === undefined) throw notTaken();

  // The number was not dialled: what comes next for the caller is asked at once.
  const failed: LegEvent = {
    type: 'leg.disconnected',
    data: { ...idsOf(event, step), by: 'GENERATIVE_AGENT', cause: 'FAILED' },
  };
  const instead = system.answer(await take(failed, true, steps, log), call, Date.now());
  if (await isPerformed(system, instead, log)) return instead;
  throw notTaken();
}

/**
 * What comes next where a caller waits for it. A caller is there: whatever the workflow refuses, the answer is a
 * step and no error.
 */
async function take(
  event: LegEvent,
  awaitsStep: boolean,
  steps: NextSteps,
  log: FastifyBaseLogger,
): Promise<NextStep | undefined> {
  if (event.type === 'leg.connected' || !awaitsStep) {
    if (event.type !== 'leg.requested') await steps.note(event);
    return undefined;
  }
  const asked: AwaitingEvent = event;
  try {
    return await steps.after(asked, logFallback(log, asked));
  } catch (refusal) {
    logFallback(log, asked)(refusal as Error);
    return steps.fallback(asked);
  }
}

async function isPerformed(
  system: PhoneSystem,
  { commands = [] }: WebhookAnswer,
  log: FastifyBaseLogger,
): Promise<boolean> {
  try {
    if (commands.length > 0) await system.perform?.(commands);
    return true;
  } catch (error) {
    log.error({ phoneSystem: system.name, why: (error as Error).name }, 'A command was not taken');
    return false;
  }
}

const idsOf = ({ data: { conversationId } }: LegEvent, { leg }: Extract<NextStep, { action: 'DIAL' }>) => ({
  conversationId,
  transferId: leg.transferId,
});

const notTaken = () => new Problem(502, 'CommandNotTaken', 'The phone system did not take a command');

function webhookRequest(request: FastifyRequest, hook: string, publicUrl: string): WebhookRequest {
  const { body, headers, url } = request;
  const question = url.indexOf('?');
  return {
    hook,
    url: publicUrl + url,
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    headers,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}

import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { fieldOf } from '../../contract/json';
import type { NextStep } from '../../contract/next-step';
import { Calls } from '../calls';
import { fallbackStep, type AwaitingEvent, type NextSteps } from '../next-steps';
import {
  WebhookError,
  type Hook,
  type PhoneSystem,
  type Reading,
  type WebhookAnswer,
  type WebhookRequest,
} from '../phone-system';
import { knownRoute, type Route } from '../routes';
import { WebhookSteps } from '../webhook-steps';

import type { GatewayOptions } from './create-gateway';
import { Problem, problem, problems, unauthorized } from './problems';

/**
 * The webhooks of phone systems, each at `/{phone system}/{hook}`.
 *
 * @param app - leaves bodies as the bytes that came
 */
export function webhookRoutes(
  app: FastifyInstance,
  { phoneSystems = [], publicUrl, client, callerKey, fallbackRoute }: GatewayOptions,
  steps: NextSteps,
): void {
  const calls = new Calls(client, callerKey);
  const service = { steps, calls, fallbackRoute, webhookSteps: new WebhookSteps(client, steps, calls) };
  for (const system of phoneSystems) {
    for (const [name, hook] of Object.entries(system.hooks)) {
      app.post<{ Body: Buffer | undefined }>(`/${system.name}/${name}`, {
        schema: schemaOf(system, name, hook),
        handler: async (request, reply) => {
          const webhook = webhookRequest(request, name, publicUrl);
          if (!(await system.authenticate(webhook))) {
            logAddress(request.log, system, webhook);
            throw unauthorized();
          }
          const answer = await serve(system, webhook, service, request.log);
          return await reply.type(answer.contentType).send(answer.body);
        },
      });
    }
  }
}

const schemaOf = ({ name }: PhoneSystem, hook: string, { summary, accepts, query, body, answers }: Hook) => ({
  operationId: `${name}${hook.charAt(0).toUpperCase()}${hook.slice(1)}`,
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
    503: problem('Temporal gave no answer, or the gateway is busy, and nobody waits: send the event again'),
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

/** A signature over another address than the phone system called is the commonest mistake. What parameters hold is not shown. */
function logAddress(log: FastifyBaseLogger, { name }: PhoneSystem, { url, query }: WebhookRequest): void {
  const [address] = url.split('?');
  const parameters = [...query.keys()];
  log.warn({ phoneSystem: name, address, parameters }, 'Not signed over this address');
}

type TelephonyEvent = NonNullable<Reading['event']>;

/** What all webhooks are served with. */
interface Service {
  steps: NextSteps;
  webhookSteps: WebhookSteps;
  calls: Calls;
  fallbackRoute: Route;
}

/** The answer to a webhook, after what it asks for has been done. */
async function serve(
  system: PhoneSystem,
  request: WebhookRequest,
  service: Service,
  log: FastifyBaseLogger,
): Promise<WebhookAnswer> {
  const { webhookSteps } = service;
  const reading = read(system, request, log);
  if ('unread' in reading) return fallbackAnswer(system, reading.unread, service.fallbackRoute);
  const { event, caller } = await inItsConversation(reading, service.calls);
  let step: NextStep | undefined;
  if (reading.awaitsStep && event !== undefined && isAwaiting(event)) {
    step = await webhookSteps.after(event, caller?.callId, log);
  } else if (event?.type === 'caller.left') await webhookSteps.left(event);
  else if (event !== undefined && event.type !== 'leg.requested') await service.steps.note(event);
  if (step !== undefined) logUnknownRoute(log, step);
  // The step may have given the call a conversation of its own.
  const { call, event: inIt } = await inItsConversation(reading, service.calls);
  const answer = answerOf(system, step, call, service, log);
  if (await isPerformed(system, answer, log)) return answer;
  if (step?.action !== 'DIAL' || inIt === undefined) throw notTaken();

  // The number was not dialled: what comes next for the caller is asked at once.
  const ids = { conversationId: inIt.data.conversationId, transferId: step.leg.transferId };
  const failed = { ...ids, by: 'GENERATIVE_AGENT', cause: 'FAILED' } as const;
  const instead = await webhookSteps.after({ type: 'leg.disconnected', data: failed }, undefined, log);
  const answerInstead = answerOf(system, instead, call, service, log);
  if (await isPerformed(system, answerInstead, log)) return answerInstead;
  throw notTaken();
}

/** What the request says; or, if it cannot be read although a caller waits, what the answer is made of. */
function read(
  system: PhoneSystem,
  request: WebhookRequest,
  log: FastifyBaseLogger,
): Reading<object> | { unread: object } {
  const about = { phoneSystem: system.name, hook: request.hook };
  try {
    const reading = system.read(request);
    for (const why of reading.ignored ?? []) log.warn({ ...about, why }, 'A part of a webhook is ignored');
    return reading;
  } catch (error) {
    const unread = system.hooks[request.hook]?.unread;
    if (!(error instanceof WebhookError) || unread === undefined) throw error;
    log.error(
      { ...about, why: error.message },
      'A webhook cannot be read: its caller gets the fallback route',
    );
    return { unread };
  }
}

/** What a decision holds may be more than a phone system's answer can: its caller gets the fallback route. */
function answerOf(
  system: PhoneSystem,
  step: NextStep | undefined,
  call: object,
  { fallbackRoute }: Service,
  log: FastifyBaseLogger,
): WebhookAnswer {
  try {
    return system.answer(step, call, Date.now());
  } catch (error) {
    if (step === undefined) throw error;
    const { name, stack } = error as Error;
    const about = { phoneSystem: system.name, error: { name, stack } };
    log.error(about, 'An answer cannot be written: its caller gets the fallback route');
    return fallbackAnswer(system, call, fallbackRoute);
  }
}

/** The fallback route if there is no decision, or none that can be told. */
const fallbackAnswer = (system: PhoneSystem, call: object, route: Route): WebhookAnswer => {
  const ids = { conversationId: '', transferId: '' };
  const why = { outcome: 'TRANSFER_UNAVAILABLE', reason: 'REQUEST_REFUSED' } as const;
  return system.answer(fallbackStep({ ...ids, ...why, route }), call, Date.now());
};

/** A reading whose conversation is the one that the call belongs to. */
async function inItsConversation(reading: Reading<object>, calls: Calls): Promise<Reading<object>> {
  const { event, caller, call } = reading;
  if (caller === undefined) return reading;
  const { conversationId: named } = event?.data ?? (call as { conversationId: string });
  const conversationId = await calls.conversationOf(caller, named);
  return {
    ...reading,
    ...(event && { event: { ...event, data: { ...event.data, conversationId } } as TelephonyEvent }),
    call: { ...call, conversationId },
  };
}

const isAwaiting = (event: TelephonyEvent): event is AwaitingEvent =>
  event.type === 'leg.requested' || event.type === 'leg.disconnected';

/** Notes that a decision's route is none that the gateway can carry out: somebody must mend the routing policy. */
function logUnknownRoute(log: FastifyBaseLogger, step: NextStep): void {
  if (step.action === 'DIAL' || knownRoute(step.decision.route) !== undefined) return;
  const { conversationId, transferId, outcome, route } = step.decision;
  // Its type alone: the rest is the owner's, and may be anything.
  const type = fieldOf(route, 'type') ?? null;
  log.error(
    { conversationId, transferId, outcome, type },
    'The gateway cannot carry this route out: the caller gets the fallback route',
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

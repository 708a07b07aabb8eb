import { createHash, timingSafeEqual } from 'node:crypto';

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { conversationViewSchema } from '../../contract/conversation-view';
import { conversationIdSchema } from '../../contract/fields';
import { nextStepSchema } from '../../contract/next-step';
import { connectReportSchema, disconnectReportSchema } from '../../contract/telephony-events';
import { firstLegSchema } from '../../contract/transfer-request';
import { needsCountry, needsHeaderId } from '../../contract/transport';
import type { NextSteps } from '../next-steps';
import { least, usableSecrets } from '../secrets';

import type { GatewayOptions } from './create-gateway';
import { examples } from './examples';
import { answer, problem, problems, unauthorized } from './problems';

/** Whether somebody was there to hear a report: false if the conversation had ended. */
export const deliverySchema = z.object({
  delivered: z
    .boolean()
    .describe(
      'Whether the conversation heard it: false if it had ended. A leg that it does not know is among its ignoredEvents',
    ),
});

export const requestBodySchema = needsCountry(needsHeaderId(firstLegSchema));

export const disconnectBodySchema = disconnectReportSchema.omit({ askId: true, answerWithinMs: true });

/** How each of the addresses is described. */
const described = {
  tags: ['Conversations'],
  security: [{ apiKey: [] }],
  params: z.object({
    conversationId: conversationIdSchema.meta({
      description: 'Yours: any id without a phone number or a name in it',
      examples: [examples.conversationId],
    }),
  }),
};

const response = {
  ...problems,
  401: problem('No key, or a wrong one'),
  404: problem(
    'No such conversation: a request starts it, a report does not. Or a disconnect of a leg that it does not know',
  ),
  415: problem('The body is no JSON'),
  503: problem('Temporal gave no answer, or the gateway is busy or shutting down: repeat the request'),
};

const stepResponse = {
  200: answer('What to do with the customer', nextStepSchema),
  ...response,
  409: problem('The leg cannot be had: `LegInProgress`, `NumberNotDialable` or `TransferIdConflict`'),
};

/** The conversations, for systems that speak JSON and hold a key. */
export function conversationRoutes(
  server: FastifyInstance,
  { client, apiKeys = [] }: GatewayOptions,
  steps: NextSteps,
): void {
  const app = server.withTypeProvider<ZodTypeProvider>();
  // After the rate limit, and before a byte of the body is read.
  const preParsing = bearer(apiKeys);

  app.post('/v1/conversations/:conversationId/request-transfer', {
    preParsing,
    schema: {
      ...described,
      operationId: 'requestTransfer',
      summary: 'Start a conversation, or reconnect its customer',
      body: requestBodySchema,
      response: stepResponse,
    },
    handler: async ({ params, body, log }) =>
      await steps.after({ type: 'leg.requested', data: { ...body, ...params } }, log),
  });

  app.post('/v1/conversations/:conversationId/report-disconnect', {
    preParsing,
    schema: {
      ...described,
      operationId: 'reportDisconnect',
      summary: 'A leg ended: what comes next?',
      body: disconnectBodySchema,
      response: stepResponse,
    },
    handler: async ({ params, body, log }) =>
      await steps.after({ type: 'leg.disconnected', data: { ...body, ...params } }, log),
  });

  app.post('/v1/conversations/:conversationId/report-connected', {
    preParsing,
    schema: {
      ...described,
      operationId: 'reportConnected',
      summary: 'GenerativeAgent answered the dialled leg',
      body: connectReportSchema,
      response: { 200: answer('The conversation heard it, or had ended', deliverySchema), ...response },
    },
    handler: async ({ params, body }) => ({
      delivered: await steps.note({ type: 'leg.connected', data: { ...body, ...params } }),
    }),
  });

  app.get('/v1/conversations/:conversationId', {
    preParsing,
    schema: {
      ...described,
      operationId: 'getConversation',
      summary: 'The state of a conversation, every leg with its times',
      response: { 200: answer('The conversation', conversationViewSchema), ...response },
    },
    handler: async ({ params }) => await client.conversation(params.conversationId),
  });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets a request pass that has one of the keys as its bearer token. Without keys none passes. */
function bearer(keys: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const known = usableSecrets('apiKeys', keys, least.own).map(digest);
  return (request) => {
    const [scheme = '', token = ''] = request.headers.authorization?.split(' ') ?? [];
    const given = digest(token);
    // Every key is compared, so that the time tells nothing about which one it was.
    const matches = known.filter((key) => timingSafeEqual(key, given)).length;
    if (scheme.toLowerCase() !== 'bearer' || matches === 0) return Promise.reject(unauthorized());
    return Promise.resolve();
  };
}

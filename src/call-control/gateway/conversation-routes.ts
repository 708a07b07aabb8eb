import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import type { CallTransferClient } from '../../client/call-transfer-client';
import { conversationViewSchema } from '../../contract/conversation-view';
import { conversationIdSchema } from '../../contract/fields';
import { nextStepSchema } from '../../contract/next-step';
import { connectReportSchema, disconnectReportSchema } from '../../contract/telephony-events';
import { callTransferInputSchema } from '../../contract/transfer-request';
import type { LegEvent } from '../leg-events';
import type { NextSteps } from '../next-steps';

import { bearer } from './bearer';
import { logFallback } from './log';
import { problem } from './problems';

export interface ConversationRoutesOptions {
  client: CallTransferClient;
  steps: NextSteps;
  apiKeys: readonly string[];
}

const params = z.object({ conversationId: conversationIdSchema });

const problems = {
  400: problem('A field is missing or wrong; the message names it'),
  401: problem('No key, or a wrong one'),
  404: problem('No such conversation, or no such leg in it'),
  413: problem('The body is too large'),
  415: problem('The body is no JSON'),
  429: problem('Too many requests'),
  503: problem('Temporal gave no answer, or the gateway is shutting down: repeat the request'),
};
const conflict = problem(
  'The leg cannot be had: `LegInProgress`, `NumberNotDialable` or `TransferIdConflict`',
);

/** Whether somebody was there to hear a report: false where the conversation had ended. */
export const deliverySchema = z.object({ delivered: z.boolean() });

/** The conversations, for systems that speak JSON and hold a key. */
export function conversationRoutes(server: FastifyInstance, options: ConversationRoutesOptions): void {
  const { client, steps } = options;
  const app = server.withTypeProvider<ZodTypeProvider>();
  const common = { tags: ['Conversations'], security: [{ apiKey: [] }] };
  // After the rate limit, and before a byte of the body is read.
  const preParsing = bearer(options.apiKeys);

  app.post('/v1/conversations/:conversationId/request-transfer', {
    preParsing,
    schema: {
      ...common,
      summary: 'Start a conversation, or reconnect its customer',
      params,
      body: callTransferInputSchema.omit({ conversationId: true }),
      response: { 200: nextStepSchema, ...problems, 409: conflict },
    },
    handler: async ({ params: { conversationId }, body, log }) => {
      const event: LegEvent = { type: 'leg.requested', data: { ...body, conversationId } };
      return await steps.after(event, logFallback(log, event));
    },
  });

  app.post('/v1/conversations/:conversationId/report-disconnect', {
    preParsing,
    schema: {
      ...common,
      summary: 'A leg ended: what comes next?',
      params,
      body: disconnectReportSchema.omit({ askId: true, answerWithinMs: true }),
      response: { 200: nextStepSchema, ...problems, 409: conflict },
    },
    handler: async ({ params: { conversationId }, body, log }) => {
      const event: LegEvent = { type: 'leg.disconnected', data: { ...body, conversationId } };
      return await steps.after(event, logFallback(log, event));
    },
  });

  app.post('/v1/conversations/:conversationId/report-connected', {
    preParsing,
    schema: {
      ...common,
      summary: 'GenerativeAgent answered the dialled leg',
      params,
      body: connectReportSchema,
      response: { 200: deliverySchema, ...problems },
    },
    handler: async ({ params: { conversationId }, body }) => ({
      delivered: await steps.note({ type: 'leg.connected', data: { ...body, conversationId } }),
    }),
  });

  app.get('/v1/conversations/:conversationId', {
    preParsing,
    schema: {
      ...common,
      summary: 'The state of a conversation, every leg with its times',
      params,
      response: { 200: conversationViewSchema, ...problems },
    },
    handler: async ({ params: { conversationId } }) => await client.conversation(conversationId),
  });
}

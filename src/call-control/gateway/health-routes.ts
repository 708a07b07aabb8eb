import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { NoAnswerError } from '../../client/errors';

import { answer } from './problems';

export const healthSchema = z.object({
  status: z.string(),
  /** Why calls cannot be answered, for people. */
  reason: z.string().optional(),
});

/** How long Temporal may take to show that it is there, milliseconds. */
const READY_MS = 1000;

/** How long what was found out is believed, milliseconds: probes may be many. */
const FRESH_MS = 250;

/** For whoever runs the gateway: whether the process works, and whether calls should be sent to it. */
export function healthRoutes(server: FastifyInstance, isReady: () => Promise<boolean>): void {
  const config = { rateLimit: false };
  const described = { tags: ['Health'], security: [] };
  const find = async (): Promise<unknown> => {
    const late = sleep(READY_MS, undefined, { ref: false }).then(() => {
      throw new NoAnswerError('Temporal gave no answer in time');
    });
    return await Promise.race([isReady(), late]).catch((error: unknown) => error);
  };
  let known = { at: -Infinity, ready: Promise.resolve<unknown>(false) };
  const readiness = () => {
    const at = performance.now();
    if (at - known.at > FRESH_MS) known = { at, ready: find() };
    return known.ready;
  };
  server.get('/health/live', {
    config,
    schema: {
      ...described,
      operationId: 'isLive',
      summary: 'The process works',
      response: { 200: answer('It does', healthSchema) },
    },
    handler: () => ({ status: 'live' }),
  });
  server.get('/health/ready', {
    config,
    schema: {
      ...described,
      operationId: 'isReady',
      summary: 'Temporal can be reached, a worker polls the task queue, and the gateway is not shutting down',
      response: { 200: answer('Send calls here', healthSchema), 503: answer('Send none', healthSchema) },
    },
    handler: async (_request, reply) => {
      const ready = await readiness();
      if (ready === true) return { status: 'ready' };
      const why = ready instanceof NoAnswerError ? { reason: ready.message } : {};
      return await reply.code(503).send({ status: 'not ready', ...why });
    },
  });
}

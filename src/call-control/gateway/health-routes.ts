import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

export const healthSchema = z.object({ status: z.string() });

/** How long Temporal may take to show that it is there, milliseconds. */
const READY_MS = 1000;

/** For whoever runs the gateway: whether the process works, and whether calls should be sent to it. */
export function healthRoutes(server: FastifyInstance, isReady: () => Promise<boolean>): void {
  const config = { rateLimit: false };
  server.get('/health/live', {
    config,
    schema: { tags: ['Health'], summary: 'The process works', response: { 200: healthSchema } },
    handler: () => ({ status: 'live' }),
  });
  server.get('/health/ready', {
    config,
    schema: {
      tags: ['Health'],
      summary: 'Temporal can be reached, and the gateway is not shutting down',
      response: { 200: healthSchema, 503: healthSchema },
    },
    handler: async (_request, reply) => {
      const late = sleep(READY_MS, false, { ref: false });
      const ready = await Promise.race([isReady().catch(() => false), late]);
      return await reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
    },
  });
}

import type { FastifyBaseLogger } from 'fastify';

import type { LegEvent } from '../leg-events';

/** Notes that a caller got the fallback route, and why. Ids only: nothing of the body is for the log. */
export const logFallback =
  (log: FastifyBaseLogger, { type, data: { conversationId, transferId } }: LegEvent) =>
  (why: Error): void => {
    log.warn({ event: type, conversationId, transferId, why: why.name }, 'A caller gets the fallback route');
  };

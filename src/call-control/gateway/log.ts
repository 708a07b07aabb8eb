import type { FastifyBaseLogger } from 'fastify';

import type { NextStep } from '../../contract/next-step';
import type { LegEvent } from '../leg-events';
import { knownRoute } from '../routes';

/** Notes that a caller got the fallback route, and why. Ids only: nothing of the body is for the log. */
export const logFallback =
  (log: FastifyBaseLogger, { type, data: { conversationId, transferId } }: LegEvent) =>
  (why: Error): void => {
    log.warn({ event: type, conversationId, transferId, why: why.name }, 'A caller gets the fallback route');
  };

/** Notes that a decision's route is none that the gateway can carry out: somebody must mend the routing policy. */
export function logUnknownRoute(log: FastifyBaseLogger, step: NextStep): void {
  if (step.action === 'DIAL' || knownRoute(step.decision.route) !== undefined) return;
  const { conversationId, transferId, outcome } = step.decision;
  log.error(
    { conversationId, transferId, outcome },
    'The route of a decision is none that can be carried out',
  );
}

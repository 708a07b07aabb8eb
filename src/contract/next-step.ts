import { z } from 'zod';

import { routingDecisionSchema } from './routing-decision';
import { destinationSchema } from './transport';

/** What call control may dial now. */
export const dialableLegSchema = destinationSchema.extend({
  transferId: z.string(),
  /** When ASAPP releases the number, after which it may be a stranger's. */
  expiresAt: z.string(),
  /** The last moment at which dialling may begin: `expiresAt` less the dial margin. */
  dialBy: z.string(),
});
export type DialableLeg = z.infer<typeof dialableLegSchema>;

/** The `askId` of the request, where it had one: another's means that Temporal repeated an old answer. */
const askId = z.string().optional();

/** The answer to an ask of call control: dial a number, or route the customer. */
export const nextStepSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('DIAL'),
    leg: dialableLegSchema,
    askId,
  }),
  z.object({ action: z.literal('ROUTE'), decision: routingDecisionSchema, askId }),
]);
export type NextStep = z.infer<typeof nextStepSchema>;

import { z } from 'zod';

import { routingDecisionSchema } from './routing-decision';
import { phoneNumberSchema, sipAddressSchema } from './transport';

const dialable = {
  transferId: z.string(),
  /** The last moment at which dialling may begin: of a number its `expiresAt` less the dial margin. */
  dialBy: z.string(),
};

/** What call control may dial now. */
export const dialableLegSchema = z.discriminatedUnion('type', [
  phoneNumberSchema.extend({
    ...dialable,
    /** When ASAPP releases the number, after which it may be a stranger's. */
    expiresAt: z.string(),
  }),
  sipAddressSchema.extend(dialable),
]);
export type DialableLeg = z.infer<typeof dialableLegSchema>;

/** The `askId` of the request, if it had one: another's means that Temporal repeated an old answer. */
const askId = z.string().optional();

/** The answer to a request or report of call control: dial a number, or route the customer. */
export const nextStepSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('DIAL'),
    leg: dialableLegSchema,
    askId,
  }),
  z.object({ action: z.literal('ROUTE'), decision: routingDecisionSchema, askId }),
]);
export type NextStep = z.infer<typeof nextStepSchema>;

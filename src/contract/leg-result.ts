import { z } from 'zod';

import { jsonSchema, variablesSchema } from './json';
import { fallbackReasonSchema, legSummarySchema, outcomeSchema } from './routing-decision';

/** What the routing policy was asked together with the result, and what it chose; `null` if it failed. */
export const routedSchema = z.object({
  outcome: outcomeSchema,
  reason: fallbackReasonSchema.nullable(),
  choice: z.object({ route: jsonSchema, redial: z.boolean().exactOptional() }).nullable(),
  /** The label of GenerativeAgent's task in metrics: `none` if nobody named one. */
  task: z.string(),
  /** Whether the server had this package's search attributes then: an attribute may be removed while a call is up. */
  searchAttributes: z.boolean(),
});
export type Routed = z.infer<typeof routedSchema>;

/** The result of `reconnectionLegWorkflow`: how one leg ended. */
export const legResultSchema = legSummarySchema.extend({
  reason: fallbackReasonSchema.nullable(),
  endedAt: z.string(),
  /** As in the query `conversation`: the caller may be on a stranger's conversation. */
  connectedAfterExpiry: z.boolean(),
  currentTaskName: z.string().nullable(),
  referenceVariables: variablesSchema,
  transferVariables: variablesSchema,
  /** `null` if the policy was not asked: the conversation does. */
  routed: routedSchema.nullable(),
});
export type LegResult = z.infer<typeof legResultSchema>;

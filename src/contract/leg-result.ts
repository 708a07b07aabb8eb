import { z } from 'zod';

import { variablesSchema } from './json';
import { fallbackReasonSchema, legSummarySchema } from './routing-decision';

/** The result of `reconnectionLegWorkflow`: how one leg ended, before any routing. */
export const legResultSchema = legSummarySchema.extend({
  reason: fallbackReasonSchema.nullable(),
  endedAt: z.string(),
  /** As in the query `conversation`: the caller may be on a stranger's conversation. */
  connectedAfterExpiry: z.boolean(),
  currentTaskName: z.string().nullable(),
  referenceVariables: variablesSchema,
  transferVariables: variablesSchema,
});
export type LegResult = z.infer<typeof legResultSchema>;

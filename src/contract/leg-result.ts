import { z } from 'zod';

import { variablesSchema } from './json';
import { fallbackReasonSchema, legSummarySchema } from './routing-decision';

/** The result of `reconnectionLegWorkflow`: how one leg ended, before any routing. */
export const legResultSchema = legSummarySchema.extend({
  reason: fallbackReasonSchema.nullable(),
  endedAt: z.string(),
  currentTaskName: z.string().nullable(),
  referenceVariables: variablesSchema,
  transferVariables: variablesSchema,
});
export type LegResult = z.infer<typeof legResultSchema>;

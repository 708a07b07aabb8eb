import { z } from 'zod';

import { handOverSchema } from './hand-over';
import { jsonSchema, variablesSchema } from './json';
import { fallbackReasons, outcomes } from './outcomes';

/** How a leg ended. */
export const outcomeSchema = z.enum(outcomes);

/** Why a decision is a fallback. */
export const fallbackReasonSchema = z.enum(fallbackReasons);

/** How the end of a leg was noticed. */
export const detectionSchema = z.enum([
  /** Call control reported the disconnect. */
  'DISCONNECT_REPORT',
  /** A check of ASAPP found it: the report was lost. */
  'STATUS_CHECK',
  /** The number expired before anyone connected. */
  'NUMBER_EXPIRY',
  /** The maximum call duration passed. */
  'CALL_DURATION_LIMIT',
  /** The number could not be had. */
  'NUMBER_REQUEST',
  /** The workflow was cancelled. */
  'CANCELLATION',
]);
export type Detection = z.infer<typeof detectionSchema>;

/** One leg in a decision. Times are ISO 8601 in UTC. */
export const legSummarySchema = z.object({
  transferId: z.string(),
  outcome: outcomeSchema,
  requestedAt: z.string(),
  connectedAt: z.string().nullable(),
  disconnectedAt: z.string().nullable(),
  detectedBy: detectionSchema,
});
export type LegSummary = z.infer<typeof legSummarySchema>;

/** What call control must do with the customer: the result of `callTransferWorkflow`. */
export const routingDecisionSchema = z.object({
  conversationId: z.string(),
  /** The leg that this decision ends. */
  transferId: z.string(),
  outcome: outcomeSchema,
  /** The user's own, as their routing policy gave it. */
  route: jsonSchema,
  currentTaskName: z.string().nullable(),
  referenceVariables: variablesSchema,
  transferVariables: variablesSchema,
  /** True if something went wrong and the route is the policy's answer to that. */
  fallback: z.boolean(),
  /** Why it is a fallback; `null` if it is none. */
  reason: fallbackReasonSchema.nullable(),
  /** What goes along with the customer over SIP; absent unless the route names variables as its `handOver`. */
  handOver: handOverSchema.exactOptional(),
  /** Every leg so far, oldest first, at most the latest 100. */
  legs: z.array(legSummarySchema),
});
export type RoutingDecision = z.infer<typeof routingDecisionSchema>;

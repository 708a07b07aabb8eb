import { z } from 'zod';

import { jsonSchema, variablesSchema } from './fields';

/** How a leg ended. A closed set. */
export const outcomes = [
  /** GenerativeAgent asks for a person. */
  'AGENT',
  /** A task of GenerativeAgent hands the call back, usually handled. */
  'SYSTEM',
  /** The customer ended the call. */
  'CUSTOMER_HUNG_UP',
  /** Nobody reached GenerativeAgent before the number expired. */
  'NUMBER_EXPIRED',
  /** The number was dialled and not answered: busy, no answer, rejected, failed. */
  'DIAL_FAILED',
  /** ASAPP gave no number. */
  'TRANSFER_UNAVAILABLE',
  /** The leg ended, and its result could not be had in time or has a transfer type that nobody knows. */
  'CONTEXT_UNAVAILABLE',
  /** The workflow was cancelled. */
  'CANCELLED',
] as const;
export const outcomeSchema = z.enum(outcomes);
export type Outcome = z.infer<typeof outcomeSchema>;

/** Outcomes that GenerativeAgent or the customer chose. Every other one is a fallback: something went wrong. */
const intendedOutcomes: readonly Outcome[] = ['AGENT', 'SYSTEM', 'CUSTOMER_HUNG_UP'];

/** Whether an outcome means that something went wrong, so that its decision says `fallback: true`. */
export const isFallback = (outcome: Outcome): boolean => !intendedOutcomes.includes(outcome);

/** Why a decision is a fallback. An open set for readers: new reasons may be added. */
export const fallbackReasons = [
  'ASAPP_UNREACHABLE',
  'ASAPP_RATE_LIMITED',
  'ASAPP_SERVER_ERROR',
  'ASAPP_REQUEST_REFUSED',
  'ASAPP_CREDENTIALS_REFUSED',
  'ASAPP_RESPONSE_INVALID',
  'ASAPP_TRANSFER_NOT_FOUND',
  'TRANSFER_ID_CONFLICT',
  'REQUEST_DEADLINE_EXCEEDED',
  'DISCONNECT_DEADLINE_EXCEEDED',
  'NUMBER_NOT_DIALLED_IN_TIME',
  'NUMBER_TOO_SHORT_LIVED',
  'CONNECTED_AFTER_EXPIRY',
  'RESULT_STILL_PENDING',
  'OUTPUT_CONTEXT_MISSING',
  'TRANSFER_TYPE_UNKNOWN',
  'CALL_DURATION_LIMIT',
  'DIAL_BUSY',
  'DIAL_NO_ANSWER',
  'DIAL_REJECTED',
  'DIAL_FAILED',
  'ROUTING_POLICY_FAILED',
  'WORKFLOW_CANCELLED',
  'INTERNAL_ERROR',
] as const;
export const fallbackReasonSchema = z.enum(fallbackReasons);
export type FallbackReason = z.infer<typeof fallbackReasonSchema>;

/** How the end of a leg was noticed. */
export const detectionSchema = z.enum([
  /** Call control reported the disconnect. */
  'DISCONNECT_REPORT',
  /** A look at ASAPP found it: the report was lost. */
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
  /** True where something went wrong and the route is the policy's answer to that. */
  fallback: z.boolean(),
  /** Why it is a fallback; `null` where it is none. */
  reason: fallbackReasonSchema.nullable(),
  /** Every leg so far, oldest first, at most the latest 100. */
  legs: z.array(legSummarySchema),
});
export type RoutingDecision = z.infer<typeof routingDecisionSchema>;

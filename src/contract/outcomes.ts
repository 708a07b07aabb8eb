/** Outcomes and reasons as plain values, of which the schemas are made. */

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
export type Outcome = (typeof outcomes)[number];

/** Outcomes that GenerativeAgent or the customer chose. Every other one is a fallback: something went wrong. */
const intendedOutcomes: readonly Outcome[] = ['AGENT', 'SYSTEM', 'CUSTOMER_HUNG_UP'];

/** Whether an outcome means that something went wrong, so that its decision says `fallback: true`. */
export const isFallback = (outcome: Outcome): boolean => !intendedOutcomes.includes(outcome);

/** Why a decision is a fallback. An open set for readers: new reasons may be added. */
export const fallbackReasons = [
  /** The call is not among those that may go to GenerativeAgent yet. */
  'NOT_ADMITTED',
  'ASAPP_UNREACHABLE',
  'ASAPP_RATE_LIMITED',
  'ASAPP_SERVER_ERROR',
  'ASAPP_REQUEST_REFUSED',
  'ASAPP_CREDENTIALS_REFUSED',
  'ASAPP_RESPONSE_INVALID',
  'ASAPP_RESPONSE_TOO_LARGE',
  'ASAPP_TRANSFER_NOT_FOUND',
  'CALL_CEILING_REACHED',
  'REQUEST_CEILING_REACHED',
  'CEILINGS_UNAVAILABLE',
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
  'TEMPORAL_UNAVAILABLE',
  'GATEWAY_BUSY',
  'REQUEST_REFUSED',
  'INTERNAL_ERROR',
] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

import { z } from 'zod';

import { nextStepSchema } from './next-step';
import {
  detectionSchema,
  fallbackReasonSchema,
  outcomeSchema,
  routingDecisionSchema,
} from './routing-decision';

/** Where a leg is. */
export const legPhaseSchema = z.enum([
  /** A number is being requested. */
  'REQUESTING',
  /** A number is assigned; nobody has connected yet. */
  'DIALING',
  /** GenerativeAgent is on the call. */
  'CONNECTED',
  /** The leg is over; its result is being fetched. */
  'DISCONNECTED',
  /** The outcome is known. */
  'ENDED',
]);
export type LegPhase = z.infer<typeof legPhaseSchema>;

/** One leg with its times, ISO 8601 in UTC, `null` while they have not come. */
export const legViewSchema = z.object({
  transferId: z.string(),
  phase: legPhaseSchema,
  requestedAt: z.string(),
  expiresAt: z.string().nullable(),
  dialBy: z.string().nullable(),
  connectedAt: z.string().nullable(),
  disconnectedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  reason: fallbackReasonSchema.nullable(),
  detectedBy: detectionSchema.nullable(),
  /** Set if `connected` arrived for a leg that had already expired: the caller may be on a stranger's conversation. */
  connectedAfterExpiry: z.boolean(),
  /** Set if its decision has lost task name and variables: old legs with large results do, so that a conversation fits into what Temporal takes. */
  contextDropped: z.boolean(),
});
export type LegView = z.infer<typeof legViewSchema>;

/** An event that changed nothing, and why. */
export const ignoredEventSchema = z.object({
  event: z.enum(['connected', 'disconnected']),
  /** As sent; `null` if the payload had none. */
  transferId: z.string().nullable(),
  why: z.string(),
  at: z.string(),
});
export type IgnoredEvent = z.infer<typeof ignoredEventSchema>;

/** The answer of the query `conversation`. */
export const conversationViewSchema = z.object({
  conversationId: z.string(),
  /** The newest leg. */
  currentTransferId: z.string(),
  phase: legPhaseSchema,
  /** What call control should do now; `null` while GenerativeAgent has the call or an answer is being found. A query does not move the clock: compare `dialBy` with the time before dialling. */
  nextStep: nextStepSchema.nullable(),
  /** The newest decision, `null` before the first. */
  decision: routingDecisionSchema.nullable(),
  /** While a reconnection is awaited: until when. */
  reconnectUntil: z.string().nullable(),
  /** Oldest first, at most the latest 100. */
  legs: z.array(legViewSchema),
  /** How many events were ignored, and the latest 20 of them. */
  ignoredEvents: z.object({ count: z.number(), latest: z.array(ignoredEventSchema) }),
});
export type ConversationView = z.infer<typeof conversationViewSchema>;

import { z } from 'zod';

import { jsonSchema, variablesSchema } from './json';
import { fallbackReasonSchema, legSummarySchema, outcomeSchema } from './routing-decision';

/** How far a conversation got without a person. */
export const conversationResultSchema = z.enum([
  /** No person was needed, and the customer did not call again within the reconnect window. */
  'CONTAINED',
  /** GenerativeAgent asked for a person. */
  'ESCALATED',
  /** No person was needed in the end, but the customer called more than once. */
  'CALLED_AGAIN',
  /** The customer left before they spoke to GenerativeAgent. */
  'ABANDONED',
  /** It was not among those that may go to GenerativeAgent. */
  'NOT_ADMITTED',
  /** Something went wrong: `reason` says what. */
  'FELL_BACK',
]);
export type ConversationResult = z.infer<typeof conversationResultSchema>;

/** A conversation that is over: what the owner's own systems are told, in the form of Standard Webhooks. Times are ISO 8601 in UTC. */
export const conversationEndedSchema = z.object({
  type: z.literal('conversation.ended'),
  /** When it ended: after its reconnect window. */
  timestamp: z.string(),
  data: z.object({
    conversationId: z.string(),
    result: conversationResultSchema,
    /** Of the last decision, as all that follows. */
    transferId: z.string(),
    outcome: outcomeSchema,
    fallback: z.boolean(),
    reason: fallbackReasonSchema.nullable(),
    route: jsonSchema,
    /** The task that GenerativeAgent was in last, or entered; `null` if nobody named one. */
    taskName: z.string().nullable(),
    /** Those that the worker's settings list, and that there are. */
    variables: variablesSchema,
    /** How many legs there were in all. */
    legCount: z.number(),
    /** Oldest first, at most the latest 100. */
    legs: z.array(legSummarySchema),
  }),
});
export type ConversationEnded = z.infer<typeof conversationEndedSchema>;

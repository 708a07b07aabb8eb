import { z } from 'zod';

import {
  answerWithinMsSchema,
  conversationIdSchema,
  countrySchema,
  instantSchema,
  optional,
  transferIdSchema,
} from './fields';

/** What GenerativeAgent is told when the call arrives. */
export const inputContextSchema = z.object({
  /** The task that GenerativeAgent enters. */
  taskName: optional(z.string().min(1, 'must not be empty')),
  /** Strings only: ASAPP's API declares an object of strings. */
  inputVariables: optional(z.record(z.string(), z.string())),
});
export type InputContext = z.infer<typeof inputContextSchema>;

/** What starts a conversation: the one argument of `callTransferWorkflow`. */
export const callTransferInputSchema = z.object({
  conversationId: conversationIdSchema,
  /** Id of the first leg. Default: a generated UUID. */
  transferId: optional(transferIdSchema),
  country: countrySchema,
  inputContext: optional(inputContextSchema),
});
export type CallTransferInput = z.input<typeof callTransferInputSchema>;

/**
 * The argument of the update `requestTransfer`: start or reconnect.
 *
 * With the first leg's `transferId`, or none, it asks for the first leg. With a new `transferId`, after a
 * leg has ended, it asks for a reconnection leg.
 */
export const transferRequestSchema = z.object({
  transferId: optional(transferIdSchema),
  /** Default: the country of the conversation's first leg. */
  country: optional(countrySchema),
  inputContext: optional(inputContextSchema),
  /** When call control asked. A request older than its deadline requests no number: its asker has gone. */
  at: optional(instantSchema),
  /** Anything that tells this ask from others: an answer with a number repeats it, so that an old answer is known as such. */
  askId: optional(z.string().min(1).max(200)),
  /** Default: the worker's own hard limit of the number. */
  answerWithinMs: optional(answerWithinMsSchema),
});
export type TransferRequest = z.input<typeof transferRequestSchema>;

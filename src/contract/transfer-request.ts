import { z } from 'zod';

import {
  answerWithinMsSchema,
  conversationIdSchema,
  instantSchema,
  optional,
  transferIdSchema,
} from './fields';
import { jsonBytes, largest } from './sizes';
import { needsCountry, needsHeaderId, transportFields } from './transport';

/** What GenerativeAgent is told when the call arrives. */
export const inputContextSchema = z.object({
  /** The task that GenerativeAgent enters. */
  taskName: optional(z.string().min(1, 'must not be empty').max(1000, 'must have at most 1000 characters')),
  /** Strings only: ASAPP's API declares an object of strings. */
  inputVariables: optional(
    z
      .record(z.string(), z.string())
      .refine(
        (variables) => jsonBytes(variables) <= largest.inputVariables,
        `must have at most ${largest.inputVariables} bytes as JSON`,
      )
      .meta({ description: `At most ${largest.inputVariables} bytes as JSON` }),
  ),
});
export type InputContext = z.infer<typeof inputContextSchema>;

/** The fields of what starts a conversation, besides its id. */
export const firstLegSchema = z.object({
  /** Id of the first leg. Default: a generated UUID. */
  transferId: optional(transferIdSchema),
  ...transportFields,
  inputContext: optional(inputContextSchema),
});

/** What starts a conversation: the one argument of `callTransferWorkflow`. A number needs a `country`. */
export const callTransferInputSchema = needsCountry(
  needsHeaderId(z.object({ conversationId: conversationIdSchema, ...firstLegSchema.shape })),
);
export type CallTransferInput = z.input<typeof callTransferInputSchema>;

/**
 * The argument of the update `requestTransfer`: start or reconnect.
 *
 * With the `transferId` of a leg it is answered for that leg. With a new one, after a leg has ended, it asks for a
 * reconnection leg. Without one it is answered for the leg whose number is being requested or waits to be dialled;
 * if there is none, it asks for a new leg: nothing tells its repetition from another wish.
 */
export const transferRequestSchema = needsHeaderId(
  z.object({
    transferId: optional(transferIdSchema),
    /** Default: the transport of the conversation's first leg. */
    ...transportFields,
    inputContext: optional(inputContextSchema),
    /** When call control asked: shown as the `requestedAt` of a leg after the first. Limits are counted from when the workflow hears of it. */
    at: optional(instantSchema),
    /** Anything that tells this request from others: an answer with a number repeats it, so that an old answer is known as such. */
    askId: optional(z.string().min(1).max(200)),
    /** Default: the worker's own hard limit of the number. */
    answerWithinMs: optional(answerWithinMsSchema),
  }),
);
export type TransferRequest = z.input<typeof transferRequestSchema>;

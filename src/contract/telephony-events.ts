import { z } from 'zod';

import { readCause, type DisconnectCause } from './disconnect-cause';
import { answerWithinMsSchema, instantSchema, optional, transferIdSchema } from './fields';

/** Who ended the leg, as far as call control can tell. */
export const hangupPartySchema = z.enum(['GENERATIVE_AGENT', 'CUSTOMER', 'UNKNOWN']);
export type HangupParty = z.infer<typeof hangupPartySchema>;

/** As it is said; what is a known word in another spelling, or a number of Q.850 or SIP, is read as the cause that it means. */
const causeSchema: z.ZodType<DisconnectCause, DisconnectCause | number> = z
  .union([z.string().min(1).max(64), z.int()], {
    error: 'must be a word of at most 64 characters, or a number',
  })
  .transform((said): DisconnectCause => readCause(said) ?? String(said));

/**
 * When it happened. Default: when the report arrived, also if the time cannot be read: it is shown and moves nothing, and a
 * caller waits.
 */
const shownAtSchema = optional(instantSchema).catch(undefined);

/** Word of the phone system that a leg is over: payload of `reportDisconnect` and of `disconnected`. */
export const disconnectReportSchema = z.object({
  transferId: transferIdSchema,
  /** Default: `UNKNOWN`. */
  by: optional(hangupPartySchema),
  /** Default: `NORMAL`. */
  cause: optional(causeSchema),
  at: shownAtSchema,
  /** As in a `TransferRequest`: the answer repeats it. */
  askId: optional(z.string().min(1).max(200)),
  /** Default: the worker's own hard limit of the decision. */
  answerWithinMs: optional(answerWithinMsSchema),
});
export type DisconnectReport = z.input<typeof disconnectReportSchema>;

/** Word of the phone system that the dialled leg was answered: payload of `connected`. */
export const connectReportSchema = z.object({
  transferId: transferIdSchema,
  at: shownAtSchema,
});
export type ConnectReport = z.input<typeof connectReportSchema>;

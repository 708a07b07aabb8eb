import { z } from 'zod';

import { answerWithinMsSchema, instantSchema, optional, transferIdSchema } from './fields';

/** Who ended the leg, as far as call control can tell. */
export const hangupPartySchema = z.enum(['GENERATIVE_AGENT', 'CUSTOMER', 'UNKNOWN']);
export type HangupParty = z.infer<typeof hangupPartySchema>;

/**
 * Why a leg was disconnected, in words common to all phone systems (compare Q.850 and SIP).
 *
 * | cause | Q.850 | SIP |
 * |---|---|---|
 * | `NORMAL` | 16 | BYE |
 * | `BUSY` | 17 | 486, 600 |
 * | `NO_ANSWER` | 18, 19 | 408, 480 |
 * | `REJECTED` | 21 | 403, 603 |
 * | `CANCELLED` | | CANCEL, 487 |
 * | `FAILED` | 1, 27, 34, 38, 41, 42 | 404, 5xx |
 *
 * The set is open: any other word is treated as `NORMAL`, so a phone system may pass its own on.
 */
export const disconnectCauses = ['NORMAL', 'BUSY', 'NO_ANSWER', 'REJECTED', 'FAILED', 'CANCELLED'] as const;
export type DisconnectCause = (typeof disconnectCauses)[number] | (string & {});

const causeSchema: z.ZodType<DisconnectCause, DisconnectCause> = z.string().min(1).max(64);

/** Word of the phone system that a leg is over: payload of `reportDisconnect` and of `disconnected`. */
export const disconnectReportSchema = z.object({
  transferId: transferIdSchema,
  /** Default: `UNKNOWN`. */
  by: optional(hangupPartySchema),
  /** Default: `NORMAL`. */
  cause: optional(causeSchema),
  /** When it happened. Default: when the report arrived. */
  at: optional(instantSchema),
  /** As in a `TransferRequest`: an answer with a number repeats it. */
  askId: optional(z.string().min(1).max(200)),
  /** Default: the worker's own hard limit of the decision. */
  answerWithinMs: optional(answerWithinMsSchema),
});
export type DisconnectReport = z.input<typeof disconnectReportSchema>;

/** Word of the phone system that the dialled leg was answered: payload of `connected`. */
export const connectReportSchema = z.object({
  transferId: transferIdSchema,
  /** When it happened. Default: when the report arrived. */
  at: optional(instantSchema),
});
export type ConnectReport = z.input<typeof connectReportSchema>;

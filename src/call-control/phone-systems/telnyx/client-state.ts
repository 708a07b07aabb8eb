import { z } from 'zod';

import { conversationIdSchema, transferIdSchema } from '../../../contract/fields';
import { dialledSchema } from '../../routes';

const ids = {
  callTransfer: z.literal(1),
  /** `call_session_id` of the caller's call. Default: the conversation's id. */
  callId: z.string().min(1).optional(),
  conversationId: conversationIdSchema,
  transferId: transferIdSchema,
};

/**
 * What Telnyx repeats in every webhook of a leg, so that the gateway need not remember any call.
 * `callTransfer` is the version, and tells it from the state of another application.
 */
const clientStateSchema = z.discriminatedUnion('role', [
  z.object({
    ...ids,
    /**
     * `customer`: the caller's own leg, until the caller is routed. `routed`: any leg after that; what happens to it no
     * longer matters, and the ids are for whoever takes over.
     */
    role: z.enum(['customer', 'routed']),
    /** On a routed leg: the variables that the route hands over. */
    handOver: z.record(z.string(), z.string()).optional(),
  }),
  z.object({
    ...ids,
    /** The leg to GenerativeAgent's number. */
    role: z.literal('generativeAgent'),
    /** `call_control_id` of the caller's leg, which is told what comes next when this one ends. */
    customer: z.string().min(1),
  }),
  z.object({
    ...ids,
    /** The leg that a `DIAL` route dialled. */
    role: z.literal('desk'),
    /** `call_control_id` of the caller's leg, which gets the fallback route if this one is not answered. */
    customer: z.string().min(1),
    dialled: dialledSchema,
  }),
]);

/** What a leg is to the gateway. */
export type ClientState = z.infer<typeof clientStateSchema>;

type WithoutVersion<S> = S extends unknown ? Omit<S, 'callTransfer'> : never;

/** The state as Telnyx takes it: JSON in base64. */
export const encodeClientState = (state: WithoutVersion<ClientState>): string =>
  Buffer.from(JSON.stringify({ callTransfer: 1, ...state })).toString('base64');

/** The state in a webhook; undefined if there is none, or it is not the gateway's own. */
export function decodeClientState(text: string | undefined): ClientState | undefined {
  if (text === undefined) return undefined;
  try {
    return clientStateSchema.safeParse(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

import { z } from 'zod';

import { conversationIdSchema, instantSchema, optional } from '../contract/fields';
import { connectReportSchema, disconnectReportSchema } from '../contract/telephony-events';
import { callTransferInputSchema } from '../contract/transfer-request';

const eventOf = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    type: z.literal(type),
    /** When it happened. Default: when it arrived. */
    timestamp: optional(instantSchema).catch(undefined),
    data,
  });

const ids = { conversationId: conversationIdSchema };

/**
 * What happens to a leg, in words common to all phone systems: the payload of the signed webhook, and what
 * each phone system's own webhooks are turned into. The shape `type`, `timestamp`, `data` is that of Standard
 * Webhooks; an `at` in the data wins over the `timestamp`.
 */
export const legEventSchema = z.discriminatedUnion('type', [
  /** Call control wants GenerativeAgent on the call: a conversation starts, or its customer reconnects. */
  eventOf('leg.requested', callTransferInputSchema),
  /** GenerativeAgent answered the dialled leg. */
  eventOf('leg.connected', connectReportSchema.extend(ids)),
  /** The leg is over. */
  eventOf('leg.disconnected', disconnectReportSchema.omit({ askId: true }).extend(ids)),
]);
export type LegEvent = z.input<typeof legEventSchema>;

/**
 * The caller hung up, which ends whichever leg of the call is open. Phone systems' own webhooks alone say so: a caller's
 * hangup does not name a leg.
 */
export interface CallerLeft {
  type: 'caller.left';
  data: {
    conversationId: string;
    /** Of the call that ended: a customer who has called again since has another one. */
    callId: string;
    cause: 'NORMAL' | 'CANCELLED';
    at?: string | undefined;
  };
}

type Event<Type extends LegEvent['type']> = Extract<LegEvent, { type: Type }>;
export type LegRequested = Event<'leg.requested'>;
export type LegConnected = Event<'leg.connected'>;
export type LegDisconnected = Event<'leg.disconnected'>;

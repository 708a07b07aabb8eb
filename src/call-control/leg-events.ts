import { z } from 'zod';

import { conversationIdSchema, countrySchema, instantSchema, optional } from '../contract/fields';
import { connectReportSchema, disconnectReportSchema } from '../contract/telephony-events';
import { callTransferInputSchema } from '../contract/transfer-request';

/** Call control wants GenerativeAgent on the call: a conversation starts, or its customer reconnects. */
export const legRequestedSchema = z.object({
  type: z.literal('leg.requested'),
  /** When it happened. Default: when it arrived. */
  timestamp: optional(instantSchema),
  data: callTransferInputSchema.extend({ country: countrySchema }),
});

/** GenerativeAgent answered the dialled leg. */
export const legConnectedSchema = z.object({
  type: z.literal('leg.connected'),
  timestamp: optional(instantSchema),
  data: connectReportSchema.extend({ conversationId: conversationIdSchema }),
});

/** The leg is over. */
export const legDisconnectedSchema = z.object({
  type: z.literal('leg.disconnected'),
  timestamp: optional(instantSchema),
  data: disconnectReportSchema.omit({ askId: true }).extend({ conversationId: conversationIdSchema }),
});

/**
 * What happens to a leg, in words common to all phone systems: the payload of the signed webhook, and what
 * each phone system's own webhooks are turned into. The shape `type`, `timestamp`, `data` is that of Standard
 * Webhooks; an `at` in the data wins over the `timestamp`.
 */
export const legEventSchema = z.discriminatedUnion('type', [
  legRequestedSchema,
  legConnectedSchema,
  legDisconnectedSchema,
]);
export type LegEvent = z.input<typeof legEventSchema>;
export type LegRequested = z.input<typeof legRequestedSchema>;
export type LegConnected = z.input<typeof legConnectedSchema>;
export type LegDisconnected = z.input<typeof legDisconnectedSchema>;

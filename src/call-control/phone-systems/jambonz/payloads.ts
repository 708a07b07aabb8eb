import { z } from 'zod';

import { conversationIdSchema, optional } from '../../../contract/fields';

/**
 * `call_status` and `dial_call_status`: `trying`, `ringing`, `early-media`, `in-progress`, `completed`, `failed`,
 * `busy`, `no-answer`, `queued`. A word that jambonz adds later must not cost a caller the call.
 */
const statusSchema = z.string().min(1, 'must not be empty');

/** What a flow's `tag` verb, or the gateway's, has put on a call. */
const tagsSchema = optional(z.record(z.string(), z.unknown())).catch(undefined);

/** What every webhook says of the call that it is about. */
const callSchema = z.looseObject({
  /** Of the leg that the webhook is about: the caller's own, except for the status of the dialled leg. */
  call_sid: conversationIdSchema,
  from: optional(z.string()),
  to: optional(z.string()),
  customerData: tagsSchema,
  /** The same, in the spelling of all other fields. */
  customer_data: tagsSchema,
});

/** The application's calling webhook: of an incoming call, and of a call that is redirected here. */
export const callWebhookSchema = callSchema;

/** The request for the `actionHook` of `dial`, made when the dialled leg is over, or will never be. */
export const dialEndedSchema = callSchema.extend({
  /** Of the caller's own leg. */
  call_status: statusSchema,
  /** Of the dialled leg, as far as it came: absent where it did not begin. */
  dial_call_status: optional(statusSchema),
  dial_sip_status: optional(z.number()),
  dial_call_sid: optional(z.string()),
  /** RFC 3326, such as `Q.850;cause=17;text="User busy"`. */
  sip_reason_header: optional(z.string()),
});
export type DialEnded = z.infer<typeof dialEndedSchema>;

/** The application's call status webhook, for the caller's own leg and for the dialled one. */
export const callStatusSchema = callSchema.extend({
  /** `inbound` for the caller's own leg, `outbound` for the dialled one. */
  direction: z.string().min(1, 'must not be empty'),
  call_status: statusSchema,
  /** `caller` or `jambonz`; only on the last status of a leg. */
  call_termination_by: optional(z.string()),
});
export type CallStatus = z.infer<typeof callStatusSchema>;

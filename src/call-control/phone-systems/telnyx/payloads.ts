import { z } from 'zod';

import { conversationIdSchema, instantSchema, optional, transferIdSchema } from '../../../contract/fields';

const text = z.string().min(1, 'must not be empty');

/** A webhook about one kind of payload. */
const eventOf = <P extends z.ZodType>(payload: P) =>
  z.looseObject({
    data: z.looseObject({
      event_type: text,
      /** When it happened. Webhooks come out of order. */
      occurred_at: optional(instantSchema),
      payload,
    }),
  });

/**
 * Any webhook of a Call Control application. Of an event that the gateway does not use nothing more is asked: a
 * kind that Telnyx adds later must not cost a caller the call.
 */
export const eventSchema = z.looseObject({ data: z.looseObject({ event_type: text }) });

const leg = {
  /** Of the leg that the webhook is about. */
  call_control_id: text,
  /** Base64, as it was given with the last command that named one. */
  client_state: optional(z.string()),
};

/** `call.initiated` of any leg. */
export const initiatedSchema = eventOf(
  z.looseObject({
    /** `incoming` or `outgoing`. */
    direction: text,
  }),
);

/** `call.initiated` of a caller's leg, whose ids become those of the conversation and its first leg. */
export const incomingSchema = eventOf(
  z.looseObject({ ...leg, call_session_id: conversationIdSchema, call_leg_id: transferIdSchema }),
);

/** `call.answered` and `call.bridged`. */
export const legSchema = eventOf(z.looseObject(leg));

/** `call.hangup`. What it says of the why is never refused: a word that Telnyx adds later counts as unknown. */
export const hangupSchema = eventOf(
  z.looseObject({
    ...leg,
    /** Such as `normal_clearing`, `user_busy`, `timeout`. */
    hangup_cause: optional(z.string()),
    /** `caller`, `callee` or `unknown`, as this leg sees it. */
    hangup_source: optional(z.string()),
    /** A SIP status, or `unspecified`. */
    sip_hangup_cause: optional(z.coerce.string()),
  }),
);
export type Hangup = z.output<typeof hangupSchema>['data']['payload'];

/** Every webhook that comes to the one address, as the gateway describes itself. */
export const webhookSchema = z.union([incomingSchema, legSchema, hangupSchema, eventSchema]);

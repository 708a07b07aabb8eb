import { z } from 'zod';

import { conversationIdSchema } from '../../../contract/fields';

/**
 * `CallStatus` and `DialCallStatus`: `queued`, `initiated`, `ringing`, `in-progress`, `answered`, `completed`, `busy`,
 * `no-answer`, `failed`, `canceled`. A word that Twilio adds later must not cost a caller the call.
 */
const statusSchema = z.string().min(1, 'must not be empty');

const callSchema = z.looseObject({
  /**
   * Of the leg that the webhook is about: the caller's own, which becomes the id of a conversation, except for
   * status callbacks of the dialled leg.
   */
  CallSid: conversationIdSchema,
  CallStatus: statusSchema,
  From: z.string().optional(),
  To: z.string().optional(),
});

/** The webhook of an incoming call, and of a call that is redirected here. */
export const voiceSchema = callSchema;

/** The request for the `action` of `<Dial>`, made when the dialled leg is over. */
export const dialSchema = callSchema.extend({
  DialCallStatus: statusSchema,
  DialCallSid: z.string().optional(),
  DialCallDuration: z.string().optional(),
  /** Whether the two legs were ever connected with each other. */
  DialBridged: z.string().optional(),
});
export type DialEnded = z.infer<typeof dialSchema>;

/** The status callback of the dialled `<Number>`, and that of the call itself, which Twilio's console names. */
export const statusCallbackSchema = callSchema.extend({
  ParentCallSid: z.string().optional(),
  /** RFC 2822. */
  Timestamp: z.string().optional(),
});
export type StatusCallback = z.infer<typeof statusCallbackSchema>;

/**
 * The parameters in a body of type `application/x-www-form-urlencoded`. One that comes several times is a list, as Twilio's library
 * expects it.
 */
export function formOf(body: Buffer): Record<string, string | string[]> {
  const form = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const before = form.get(name);
    form.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(form);
}

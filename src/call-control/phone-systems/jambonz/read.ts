import { z } from 'zod';

import { conversationIdSchema, optional } from '../../../contract/fields';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import {
  checked,
  jsonIn,
  legInQuery,
  legQuerySchema,
  requestInQuery,
  routedIn,
  wordSchema,
  type LegIds,
} from '../../read-webhook';
import type { Dialled } from '../../routes';

import { isOver, whoAndWhy } from './who-and-why';

/** What a flow's `tag` verb, or the gateway's, has put on a call. */
const tagsSchema = optional(z.record(z.string(), z.unknown())).catch(undefined);

/** The application's calling webhook: of an incoming call, and of a call that is redirected here. */
export const callWebhookSchema = z.looseObject({
  /** Of the leg that the webhook is about: the caller's own, except for the status of the dialled leg. */
  call_sid: conversationIdSchema,
  from: optional(z.string()),
  to: optional(z.string()),
  customerData: tagsSchema,
  /** The same, in the spelling of all other fields. */
  customer_data: tagsSchema,
});

/** The request for the `actionHook` of `dial`, made when the dialled leg is over, or will never be. */
export const dialEndedSchema = callWebhookSchema.extend({
  /**
   * Of the caller's own leg: `trying`, `ringing`, `early-media`, `in-progress`, `completed`, `failed`, `busy`,
   * `no-answer`, `queued`.
   */
  call_status: wordSchema,
  /** Of the dialled leg, as far as it came: absent where it did not begin. */
  dial_call_status: optional(wordSchema).catch(undefined),
  dial_sip_status: optional(z.coerce.number()).catch(undefined),
  dial_call_sid: optional(z.string()).catch(undefined),
  /** RFC 3326, such as `Q.850;cause=17;text="User busy"`. */
  sip_reason_header: optional(z.string()).catch(undefined),
});
export type DialEnded = z.infer<typeof dialEndedSchema>;

/** The application's call status webhook, for the caller's own leg and for the dialled one. */
export const callStatusSchema = callWebhookSchema.extend({
  /** `inbound` for the caller's own leg, `outbound` for the dialled one. */
  direction: wordSchema,
  call_status: wordSchema,
  /** `caller` or `jambonz`; only on the last status of a leg. */
  call_termination_by: optional(z.string()),
});

type Tags = Readonly<Record<string, unknown>>;

/** What an answer must know of the call. */
export interface JambonzCall {
  conversationId: string;
  /** What the call is tagged with already. A tag replaces all that were there before. */
  tags: Tags;
  /** Who was dialled for the decision's route, and did not answer. */
  unanswered?: Dialled;
}

/**
 * What a webhook of jambonz's says.
 *
 * @throws WebhookError naming the field that does not fit
 */
export function read(request: WebhookRequest, { country }: PhoneSystemSettings): Reading<JambonzCall> {
  switch (request.hook) {
    case 'call':
      return requested(request, country);
    case 'dial':
      return dialEnded(request);
    case 'routed':
      return routed(request);
    default:
      return status(request);
  }
}

/**
 * A call arrives, or comes back: then it is tagged with the leg that it had, and asks for a new one of the same
 * conversation. The same webhook, sent again, has the same tags and so asks for the same leg.
 */
function requested({ query, body }: WebhookRequest, country: string): Reading<JambonzCall> {
  const payload = checked(callWebhookSchema, jsonIn(body), 'body');
  const { call_sid } = payload;
  const tags = tagsOf(payload);
  const before = idsIn(tags);
  const visit = before === undefined ? 1 : visitIn(tags) + 1;
  const event = requestInQuery(query, {
    conversationId: before?.conversationId ?? call_sid,
    transferId: visit === 1 ? call_sid : `${call_sid}.${visit}`,
    country,
  });
  const { conversationId } = event.data;
  return { event, awaitsStep: true, call: { conversationId, tags: visit === 1 ? tags : { ...tags, visit } } };
}

function dialEnded({ query, body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(dialEndedSchema, jsonIn(body), 'body');
  const tags = tagsOf(payload);
  // The gateway named the leg in both: either will do.
  const ids = legQuerySchema.safeParse(Object.fromEntries(query)).data ?? idsIn(tags) ?? legInQuery(query);
  return {
    event: { type: 'leg.disconnected', data: { ...ids, ...whoAndWhy(payload) } },
    awaitsStep: true,
    call: { conversationId: ids.conversationId, tags },
  };
}

/** The leg that a `DIAL` route dialled is over. */
function routed({ query, body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(dialEndedSchema, jsonIn(body), 'body');
  const isUnanswered = !isOver(payload.call_status) && whoAndWhy(payload).cause !== 'NORMAL';
  const { ids, unanswered, ...reading } = routedIn(query, isUnanswered);
  const call = { conversationId: ids.conversationId, tags: tagsOf(payload) };
  return { ...reading, call: { ...call, ...(unanswered && { unanswered }) } };
}

/**
 * A leg has come further. The gateway's own tags say which leg it is; without them it is none of the gateway's.
 *
 * The dialled leg's end is the `dial` webhook's to report, which knows who hung up: a report that knows less and
 * comes earlier would do harm. So is the end of the caller's own leg where jambonz was told to end it.
 */
function status({ body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(callStatusSchema, jsonIn(body), 'body');
  const { call_sid, direction, call_status, call_termination_by } = payload;
  const tags = tagsOf(payload);
  const ids = idsIn(tags);
  const nothing = { awaitsStep: false, call: { conversationId: ids?.conversationId ?? call_sid, tags } };
  if (ids === undefined) return nothing;
  if (direction === 'outbound' && call_status === 'in-progress')
    return { ...nothing, event: { type: 'leg.connected', data: ids } };
  if (direction !== 'inbound' || !isOver(call_status) || call_termination_by === 'jambonz') return nothing;
  // A caller's leg that ends without having been answered was never connected with anybody.
  const cause = call_status === 'completed' ? 'NORMAL' : 'CANCELLED';
  return { ...nothing, event: { type: 'leg.disconnected', data: { ...ids, by: 'CUSTOMER', cause } } };
}

const tagsOf = ({ customerData, customer_data }: z.infer<typeof callWebhookSchema>): Tags =>
  customerData ?? customer_data ?? {};

/** How many times the call has come to the `call` webhook. */
const visitIn = ({ visit }: Tags): number =>
  typeof visit === 'number' && Number.isInteger(visit) ? visit : 1;

/** The ids that the gateway tagged the leg with. A flow's own tags are whatever they are. */
const idsIn = ({ conversationId, transferId }: Tags): LegIds | undefined =>
  legQuerySchema.safeParse({ conversationId, transferId }).data;

import { z } from 'zod';

import { conversationIdSchema, optional } from '../../../contract/fields';
import type { DefaultTransport, PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import {
  checked,
  jsonIn,
  legInQuery,
  legQuerySchema,
  requestInQuery,
  routedIn,
  shortHash,
  wordSchema,
  type LegIds,
} from '../../read-webhook';
import type { Dialled } from '../../routes';

import { isOver, whoAndWhy } from './who-and-why';

/** What a flow's `tag` verb, or the gateway's, has put on a call. The title tells types apart that generators make of them. */
const tagsSchema = (title: string) =>
  optional(z.record(z.string(), z.unknown()).meta({ title })).catch(undefined);

/** What any webhook says of a call. */
const callSchema = z.looseObject({
  /** Of the leg that the webhook is about: the caller's own, except for the status of the dialled leg. */
  call_sid: optional(conversationIdSchema).catch(undefined),
  from: optional(z.string()).catch(undefined),
  to: optional(z.string()).catch(undefined),
  customerData: tagsSchema('Tags'),
  /** The same, in the spelling of all other fields. */
  customer_data: tagsSchema('TagsInSnakeCase'),
});

/** For the gateway's description. */
const exampleCall = {
  call_sid: '5d1c2a5e-9a0c-4f2e-8f57-0b6d0b8a4c11',
  direction: 'inbound',
  call_status: 'in-progress',
  from: '+12025550123',
  to: '+18005551212',
};

/** The application's calling webhook: of an incoming call, and of a call that is redirected here. */
export const callWebhookSchema = callSchema
  .extend({ call_sid: conversationIdSchema })
  .meta({ examples: [{ ...exampleCall, call_status: 'trying' }] });

/** The request for the `actionHook` of `dial`, made when the dialled leg is over, or will never be. */
export const dialEndedSchema = callSchema
  .extend({
    /**
     * Of the caller's own leg: `trying`, `ringing`, `early-media`, `in-progress`, `completed`, `failed`, `busy`,
     * `no-answer`, `queued`.
     */
    call_status: optional(wordSchema).catch(undefined),
    /** Of the dialled leg, as far as it came: absent if it did not begin. */
    dial_call_status: optional(wordSchema).catch(undefined),
    dial_sip_status: optional(z.coerce.number()).catch(undefined),
    dial_call_sid: optional(z.string()).catch(undefined),
    /** RFC 3326, such as `Q.850;cause=17;text="User busy"`. */
    sip_reason_header: optional(z.string()).catch(undefined),
  })
  .meta({ examples: [{ ...exampleCall, dial_call_status: 'completed', dial_sip_status: 200 }] });
export type DialEnded = z.infer<typeof dialEndedSchema>;

/** The application's call status webhook, for the caller's own leg and for the dialled one. */
export const callStatusSchema = callSchema
  .extend({
    /** `inbound` for the caller's own leg, `outbound` for the dialled one. */
    direction: optional(wordSchema).catch(undefined),
    call_status: optional(wordSchema).catch(undefined),
    /** `caller` or `jambonz`; only on the last status of a leg. */
    call_termination_by: optional(z.string()).catch(undefined),
  })
  .meta({ examples: [{ ...exampleCall, call_status: 'completed', call_termination_by: 'caller' }] });

/** Lower case. */
export const SIGNATURE_HEADER = 'jambonz-signature';

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
export function read(request: WebhookRequest, { transport }: PhoneSystemSettings): Reading<JambonzCall> {
  switch (request.hook) {
    case 'call':
      return requested(request, transport);
    case 'dial':
      return dialEnded(request);
    case 'routed':
      return routed(request);
    default:
      return status(request);
  }
}

/**
 * A call arrives, or a flow sends it here once more: each time is a visit of its own, told from the same webhook sent again by
 * its signature, which holds the time. A flow may have put tags of its own in place of the gateway's, so they tell at most which
 * conversation goes on.
 */
function requested(
  { query, body, headers }: WebhookRequest,
  transport: DefaultTransport,
): Reading<JambonzCall> {
  const payload = checked(callWebhookSchema, jsonIn(body), 'body');
  const { call_sid, from } = payload;
  const tags = tagsOf(payload);
  const { event, ignored } = requestInQuery(query, {
    conversationId: idsIn(tags)?.conversationId ?? call_sid,
    transferId: `${call_sid}.${shortHash(String(headers[SIGNATURE_HEADER]))}`,
    transport,
  });
  return {
    event,
    ignored,
    awaitsStep: true,
    caller: { callId: call_sid, number: from },
    call: { conversationId: event.data.conversationId, tags },
  };
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
 * A leg has come further. The gateway's own tags say which one was dialled; of the caller's own leg its id is enough.
 *
 * The dialled leg's end is the `dial` webhook's to report, which knows who hung up: a report that knows less and
 * comes earlier would do harm. So is the end of the caller's own leg if jambonz was told to end it.
 */
function status({ body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(callStatusSchema, jsonIn(body), 'body');
  const { call_sid, from, direction, call_status, call_termination_by } = payload;
  const tags = tagsOf(payload);
  const ids = idsIn(tags);
  const conversationId = ids?.conversationId ?? call_sid ?? '';
  const nothing = { awaitsStep: false, call: { conversationId, tags } };
  if (ids !== undefined && direction === 'outbound' && call_status === 'in-progress')
    return { ...nothing, event: { type: 'leg.connected', data: ids } };
  if (call_sid === undefined || direction !== 'inbound') return nothing;
  if (!isOver(call_status) || call_termination_by === 'jambonz') return nothing;
  // A caller's leg that ends without having been answered was never connected with anybody.
  const cause = call_status === 'completed' ? 'NORMAL' : 'CANCELLED';
  const data = { conversationId, callId: call_sid, cause } as const;
  return { ...nothing, caller: { callId: call_sid, number: from }, event: { type: 'caller.left', data } };
}

const tagsOf = ({ customerData, customer_data }: z.infer<typeof callSchema>): Tags =>
  customerData ?? customer_data ?? {};

/** The ids that the gateway tagged the leg with. A flow's own tags are whatever they are. */
const idsIn = ({ conversationId, transferId }: Tags): LegIds | undefined =>
  legQuerySchema.safeParse({ conversationId, transferId }).data;

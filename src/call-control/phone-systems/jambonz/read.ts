import { checked, jsonIn } from '../../checked';
import type { LegEvent, LegRequested } from '../../leg-events';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import { legInQuery, legQuerySchema, requestInQuery, type LegIds } from '../../request-in-query';

import { callStatusSchema, callWebhookSchema, dialEndedSchema, type CallStatus } from './payloads';
import { isOver, whoAndWhy } from './who-and-why';

/** What an answer must know of the call. */
export interface JambonzCall {
  conversationId: string;
  /** What the call is tagged with already. A tag replaces all that were there before. */
  tags: Readonly<Record<string, unknown>>;
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
  const event: LegRequested = requestInQuery(query, {
    conversationId: before?.conversationId ?? call_sid,
    transferId: visit === 1 ? call_sid : `${call_sid}.${visit}`,
    country,
  });
  return {
    event,
    awaitsStep: true,
    call: {
      conversationId: event.data.conversationId,
      tags: visit === 1 ? tags : { ...tags, visit },
    },
  };
}

function dialEnded({ query, body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(dialEndedSchema, jsonIn(body), 'body');
  const ids = legInQuery(query);
  return {
    event: { type: 'leg.disconnected', data: { ...ids, ...whoAndWhy(payload) } },
    awaitsStep: true,
    call: { conversationId: ids.conversationId, tags: tagsOf(payload) },
  };
}

/** A leg has come further. The gateway's own tags say which leg it is; without them it is none of the gateway's. */
function status({ body }: WebhookRequest): Reading<JambonzCall> {
  const payload = checked(callStatusSchema, jsonIn(body), 'body');
  const tags = tagsOf(payload);
  const ids = idsIn(tags);
  const event = ids === undefined ? undefined : statusEvent(payload, ids);
  return {
    ...(event === undefined ? {} : { event }),
    awaitsStep: false,
    call: { conversationId: ids?.conversationId ?? payload.call_sid, tags },
  };
}

/**
 * The dialled leg's end is the `dial` webhook's to report, which knows who hung up: a report that knows less and
 * comes earlier would do harm. So is the end of the caller's own leg where jambonz was told to end it.
 */
function statusEvent(
  { direction, call_status, call_termination_by }: CallStatus,
  ids: LegIds,
): LegEvent | undefined {
  if (direction === 'outbound')
    return call_status === 'in-progress' ? { type: 'leg.connected', data: ids } : undefined;
  if (direction !== 'inbound' || !isOver(call_status) || call_termination_by === 'jambonz') return undefined;
  // A caller's leg that ends without having been answered was never connected with anybody.
  const cause = call_status === 'completed' ? 'NORMAL' : 'CANCELLED';
  return { type: 'leg.disconnected', data: { ...ids, by: 'CUSTOMER', cause } };
}

type Tags = Record<string, unknown>;

const tagsOf = (payload: { customerData?: Tags | undefined; customer_data?: Tags | undefined }): Tags =>
  payload.customerData ?? payload.customer_data ?? {};

/** How many times the call has come to the `call` webhook. */
const visitIn = ({ visit }: Tags): number =>
  typeof visit === 'number' && Number.isInteger(visit) ? visit : 1;

/** The ids that the gateway tagged the leg with. A flow's own tags are whatever they are. */
function idsIn({ conversationId, transferId }: Tags): LegIds | undefined {
  if (conversationId === undefined || transferId === undefined) return undefined;
  return checked(legQuerySchema, { conversationId, transferId }, 'customerData');
}

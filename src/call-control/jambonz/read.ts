import { describeIssues } from '../../contract/parse';
import type { LegEvent, LegRequested } from '../leg-events';
import { WebhookError, type PhoneSystemSettings, type Reading, type WebhookRequest } from '../phone-system';
import { legInQuery, legQuerySchema, requestInQuery, type LegIds } from '../request-in-query';

import { callStatusSchema, callWebhookSchema, dialEndedSchema, parseJson, type CallStatus } from './payloads';
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
 * A call arrives, or comes back. Nothing tells the same webhook, sent again, from a second one for the same call,
 * so both ask for the same leg; a flow that connects its caller once more names a new `transferId` in the address.
 */
function requested({ query, body }: WebhookRequest, country: string): Reading<JambonzCall> {
  const payload = parseJson(callWebhookSchema, body);
  const { call_sid } = payload;
  const event: LegRequested = requestInQuery(query, {
    conversationId: call_sid,
    transferId: call_sid,
    country,
  });
  return {
    event,
    awaitsStep: true,
    call: { conversationId: event.data.conversationId, tags: tagsOf(payload) },
  };
}

function dialEnded({ query, body }: WebhookRequest): Reading<JambonzCall> {
  const payload = parseJson(dialEndedSchema, body);
  const ids = legInQuery(query);
  return {
    event: { type: 'leg.disconnected', data: { ...ids, ...whoAndWhy(payload) } },
    awaitsStep: true,
    call: { conversationId: ids.conversationId, tags: tagsOf(payload) },
  };
}

/** A leg has come further. The gateway's own tags say which leg it is; without them it is none of the gateway's. */
function status({ body }: WebhookRequest): Reading<JambonzCall> {
  const payload = parseJson(callStatusSchema, body);
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

/** The ids that the gateway tagged the leg with. A flow's own tags are whatever they are. */
function idsIn({ conversationId, transferId }: Tags): LegIds | undefined {
  if (conversationId === undefined || transferId === undefined) return undefined;
  const ids = legQuerySchema.safeParse({ conversationId, transferId });
  if (!ids.success) throw new WebhookError(describeIssues(ids.error, 'customerData'));
  return ids.data;
}

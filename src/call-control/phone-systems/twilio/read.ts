import type { HangupParty } from '../../../contract/telephony-events';
import { checked } from '../../checked';
import type { LegEvent } from '../../leg-events';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import { legInQuery, requestInQuery, type LegIds } from '../../request-in-query';

import {
  dialSchema,
  formOf,
  statusCallbackSchema,
  voiceSchema,
  type DialEnded,
  type StatusCallback,
} from './payloads';

/** What an answer must know of the call. */
export interface TwilioCall {
  conversationId: string;
}

/**
 * What a webhook of Twilio's says.
 *
 * @throws WebhookError naming the parameter that does not fit
 */
export function read(request: WebhookRequest, { country }: PhoneSystemSettings): Reading<TwilioCall> {
  if (request.hook === 'status') return status(request);
  const event = request.hook === 'voice' ? requested(request, country) : dialEnded(request);
  return { event, awaitsStep: true, call: { conversationId: event.data.conversationId } };
}

/**
 * A call arrives, or comes back. A call that nobody has answered yet is at its first leg, whose id is the call's
 * own. Later a flow may send its caller here once more: then it is a new leg, told from the same webhook sent again
 * by Twilio's idempotency token.
 */
function requested({ query, body, headers }: WebhookRequest, country: string): LegEvent {
  const { CallSid, CallStatus } = checked(voiceSchema, formOf(body), 'body');
  const token = headers['i-twilio-idempotency-token'];
  const isLater = CallStatus !== 'ringing' && typeof token === 'string' && token !== '';
  return requestInQuery(query, {
    conversationId: CallSid,
    transferId: isLater ? `${CallSid}.${token}` : CallSid,
    country,
  });
}

function dialEnded({ query, body }: WebhookRequest): LegEvent {
  const ended = checked(dialSchema, formOf(body), 'body');
  return { type: 'leg.disconnected', data: { ...legInQuery(query), ...whoAndWhy(ended) } };
}

/** The caller's own leg, as `CallStatus` of the `action` tells of it: while it is up, the caller has not hung up. */
const isUp = (status: string) => !['completed', 'busy', 'no-answer', 'failed', 'canceled'].includes(status);

const failures = new Map([
  ['busy', 'BUSY'],
  ['no-answer', 'NO_ANSWER'],
  ['failed', 'FAILED'],
  // The caller is still there, so that it was our own limit on ringing.
  ['canceled', 'NO_ANSWER'],
  // And not bridged: answered, and gone before the caller was connected.
  ['completed', 'NO_ANSWER'],
  ['answered', 'NO_ANSWER'],
]);

/**
 * Who ended the dialled leg, and why. While the caller is on the line it was GenerativeAgent's side, whatever the
 * reason: nobody may take a caller who waits for one who has gone.
 */
export function whoAndWhy({ CallStatus, DialCallStatus, DialBridged }: DialEnded): {
  by: HangupParty;
  cause: string;
} {
  const wasUp = (DialCallStatus === 'completed' || DialCallStatus === 'answered') && DialBridged !== 'false';
  if (!isUp(CallStatus)) return { by: 'CUSTOMER', cause: wasUp ? 'NORMAL' : 'CANCELLED' };
  if (wasUp) return { by: 'GENERATIVE_AGENT', cause: 'NORMAL' };
  return { by: 'GENERATIVE_AGENT', cause: failures.get(DialCallStatus) ?? 'FAILED' };
}

/** A leg has come further: the dialled one, whose address the gateway made, or else the caller's own. */
function status(request: WebhookRequest): Reading<TwilioCall> {
  const callback = checked(statusCallbackSchema, formOf(request.body), 'body');
  const isDialled = request.query.has('transferId') || callback.ParentCallSid !== undefined;
  const ids = isDialled
    ? legInQuery(request.query)
    : { conversationId: callback.CallSid, transferId: callback.CallSid };
  const event = isDialled ? connected(callback, ids) : customerGone(callback, ids);
  return {
    ...(event === undefined ? {} : { event }),
    awaitsStep: false,
    call: { conversationId: ids.conversationId },
  };
}

/**
 * The dialled leg was answered. Its end is the `action`'s to report, which knows who hung up: a report that
 * knows less and comes earlier would do harm.
 */
function connected({ CallStatus, Timestamp }: StatusCallback, ids: LegIds): LegEvent | undefined {
  if (CallStatus !== 'in-progress' && CallStatus !== 'answered') return undefined;
  return { type: 'leg.connected', data: { ...ids, ...timeOf(Timestamp) } };
}

/** The caller's own call is over. While a number is being requested nothing else tells of it. */
function customerGone({ CallStatus, Timestamp }: StatusCallback, ids: LegIds): LegEvent | undefined {
  if (isUp(CallStatus)) return undefined;
  const data = { ...ids, by: 'CUSTOMER' as const, cause: 'NORMAL', ...timeOf(Timestamp) };
  return { type: 'leg.disconnected', data };
}

function timeOf(timestamp: string | undefined): { at?: string } {
  const at = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(at) ? {} : { at: new Date(at).toISOString() };
}

import { parse, type ParsedUrlQuery } from 'node:querystring';

import { z } from 'zod';

import { readCause, type DisconnectCause } from '../../../contract/disconnect-cause';
import { conversationIdSchema } from '../../../contract/fields';
import type { HangupParty } from '../../../contract/telephony-events';
import type { LegEvent } from '../../leg-events';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import { checked, legInQuery, requestInQuery, routedIn, wordSchema } from '../../read-webhook';
import { E164, type Dialled } from '../../routes';

/** The webhook of an incoming call, and of a call that is redirected here. */
export const voiceSchema = z.looseObject({
  /**
   * Of the leg that the webhook is about: the caller's own, which becomes the id of a conversation, except for
   * status callbacks of the dialled leg.
   */
  CallSid: conversationIdSchema,
  /**
   * `queued`, `initiated`, `ringing`, `in-progress`, `answered`, `completed`, `busy`, `no-answer`, `failed`,
   * `canceled`; and so `DialCallStatus`.
   */
  CallStatus: wordSchema,
  From: z.string().optional(),
  To: z.string().optional(),
});

/** The request for the `action` of `<Dial>`, made when the dialled leg is over. */
export const dialSchema = voiceSchema.extend({
  DialCallStatus: wordSchema,
  DialCallSid: z.string().optional(),
  DialCallDuration: z.string().optional(),
  /** Whether the two legs were ever connected with each other. */
  DialBridged: z.string().optional(),
  /** Of a dialled SIP address. */
  DialSipResponseCode: z.string().optional(),
});

/** The status callback of the dialled `<Number>`, and that of the call itself, which Twilio's console names. */
export const statusCallbackSchema = voiceSchema.extend({
  ParentCallSid: z.string().optional(),
  /** RFC 2822. */
  Timestamp: z.string().optional(),
});

/** What an answer must know of the call. */
export interface TwilioCall {
  conversationId: string;
  /** The number that was called, or nothing, if the caller has none: Twilio dials no number for `client:…` (error 13214). */
  called?: string;
  /** Who was dialled for the decision's route, and did not answer. */
  unanswered?: Dialled;
}

/**
 * What a webhook of Twilio's says.
 *
 * @throws WebhookError naming the parameter that does not fit
 */
export function read(request: WebhookRequest, { country }: PhoneSystemSettings): Reading<TwilioCall> {
  if (request.hook === 'status') return status(request);
  if (request.hook === 'routed') return routed(request);
  const event = request.hook === 'voice' ? requested(request, country) : dialEnded(request);
  const { conversationId } = event.data;
  return { event, awaitsStep: true, call: { conversationId, ...calledNumber(request) } };
}

function calledNumber({ body }: WebhookRequest): Pick<TwilioCall, 'called'> {
  const { From, To = '' } = checked(voiceSchema, formOf(body), 'body');
  return From === undefined || E164.test(From) ? {} : { called: E164.test(To) ? To : '' };
}

/** The leg that a `DIAL` route dialled is over. */
function routed(request: WebhookRequest): Reading<TwilioCall> {
  const ended = checked(dialSchema, formOf(request.body), 'body');
  const isUnanswered = isUp(ended.CallStatus) && whoAndWhy(ended).cause !== 'NORMAL';
  const { ids, unanswered, ...reading } = routedIn(request.query, isUnanswered);
  const { conversationId } = ids;
  const call = { conversationId, ...calledNumber(request), ...(unanswered && { unanswered }) };
  return { ...reading, call };
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

/** Of a leg that was never bridged. Any other is `FAILED`. */
const failures = new Map([
  ['busy', 'BUSY'],
  ['no-answer', 'NO_ANSWER'],
  // The caller is still there, so that it was our own limit on ringing.
  ['canceled', 'NO_ANSWER'],
  // Answered, and gone before the caller was connected.
  ['completed', 'NO_ANSWER'],
  ['answered', 'NO_ANSWER'],
]);

/**
 * Who ended the dialled leg, and why. While the caller is on the line it was GenerativeAgent's side, whatever the
 * reason: nobody may take a caller who waits for one who has gone.
 */
function whoAndWhy(ended: z.infer<typeof dialSchema>): { by: HangupParty; cause: DisconnectCause } {
  const { CallStatus, DialCallStatus, DialBridged, DialSipResponseCode } = ended;
  const wasUp = (DialCallStatus === 'completed' || DialCallStatus === 'answered') && DialBridged !== 'false';
  if (!isUp(CallStatus)) return { by: 'CUSTOMER', cause: wasUp ? 'NORMAL' : 'CANCELLED' };
  if (wasUp) return { by: 'GENERATIVE_AGENT', cause: 'NORMAL' };
  const said = readCause(DialSipResponseCode);
  const isTold = DialCallStatus === 'failed' && said !== undefined && said !== 'NORMAL';
  return { by: 'GENERATIVE_AGENT', cause: failures.get(DialCallStatus) ?? (isTold ? said : 'FAILED') };
}

/**
 * A leg has come further: the dialled one, whose address the gateway made, or else the caller's own. While a number
 * is being requested nothing else tells that the caller has gone. The dialled leg's end is the `action`'s to report,
 * which knows who hung up: a report that knows less and comes earlier would do harm.
 */
function status({ query, body }: WebhookRequest): Reading<TwilioCall> {
  const callback = checked(statusCallbackSchema, formOf(body), 'body');
  const { CallSid, CallStatus, ParentCallSid, Timestamp } = callback;
  const isDialled = query.has('transferId') || ParentCallSid !== undefined;
  const ids = isDialled ? legInQuery(query) : { conversationId: CallSid, transferId: CallSid };
  const nothing = { awaitsStep: false, call: { conversationId: ids.conversationId } };
  const data = { ...ids, ...timeOf(Timestamp) };
  if (isDialled) {
    const isAnswered = CallStatus === 'in-progress' || CallStatus === 'answered';
    return isAnswered ? { ...nothing, event: { type: 'leg.connected', data } } : nothing;
  }
  if (isUp(CallStatus)) return nothing;
  return {
    ...nothing,
    event: { type: 'leg.disconnected', data: { ...data, by: 'CUSTOMER', cause: 'NORMAL' } },
  };
}

function timeOf(timestamp: string | undefined): { at?: string } {
  const at = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(at) ? {} : { at: new Date(at).toISOString() };
}

/** The parameters of a form. One that comes several times is a list, as Twilio's library expects it. */
export const formOf = (body: Buffer): ParsedUrlQuery =>
  parse(body.toString('utf8'), undefined, undefined, { maxKeys: 0 });

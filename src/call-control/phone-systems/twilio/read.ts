import { randomUUID } from 'node:crypto';
import { parse, type ParsedUrlQuery } from 'node:querystring';

import { z } from 'zod';

import { readCause, type DisconnectCause } from '../../../contract/disconnect-cause';
import { conversationIdSchema } from '../../../contract/fields';
import type { HangupParty } from '../../../contract/telephony-events';
import type {
  CallersCall,
  DefaultTransport,
  PhoneSystemSettings,
  Reading,
  WebhookRequest,
} from '../../phone-system';
import { checked, legInQuery, requestInQuery, routedIn, shortHash, wordSchema } from '../../read-webhook';
import { E164, type Dialled } from '../../routes';

/** What any webhook says of a call. */
const callSchema = z.looseObject({
  /**
   * Of the leg that the webhook is about: the caller's own, which becomes the id of a conversation, except for
   * status callbacks of the dialled leg.
   */
  CallSid: conversationIdSchema.optional().catch(undefined),
  /**
   * `queued`, `initiated`, `ringing`, `in-progress`, `answered`, `completed`, `busy`, `no-answer`, `failed`,
   * `canceled`; and so `DialCallStatus`.
   */
  CallStatus: wordSchema.optional().catch(undefined),
  From: z.string().optional().catch(undefined),
  To: z.string().optional().catch(undefined),
});

/** For the gateway's description. */
const exampleCall = {
  CallSid: 'CA5f1c2a5e9a0c4f2e8f570b6d0b8a4c11',
  CallStatus: 'in-progress',
  From: '+12025550123',
  To: '+18005551212',
};

/** The webhook of an incoming call, and of a call that is redirected here. */
export const voiceSchema = callSchema
  .extend({ CallSid: conversationIdSchema })
  .meta({ examples: [{ ...exampleCall, CallStatus: 'ringing' }] });

/** The request for the `action` of `<Dial>`, made when the dialled leg is over. */
export const dialSchema = callSchema
  .extend({
    DialCallStatus: wordSchema.optional().catch(undefined),
    DialCallSid: z.string().optional().catch(undefined),
    DialCallDuration: z.string().optional().catch(undefined),
    /** Whether the two legs were ever connected with each other. */
    DialBridged: z.string().optional().catch(undefined),
    /** Of a dialled SIP address. */
    DialSipResponseCode: z.string().optional().catch(undefined),
  })
  .meta({ examples: [{ ...exampleCall, DialCallStatus: 'completed', DialBridged: 'true' }] });

/** The status callback of the dialled `<Number>`, and that of the call itself, which Twilio's console names. */
export const statusCallbackSchema = callSchema
  .extend({
    ParentCallSid: z.string().optional().catch(undefined),
    /** RFC 2822. */
    Timestamp: z.string().optional().catch(undefined),
  })
  .meta({
    examples: [{ ...exampleCall, CallStatus: 'completed', Timestamp: 'Tue, 24 Nov 2026 10:03:20 +0000' }],
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
export function read(request: WebhookRequest, { transport }: PhoneSystemSettings): Reading<TwilioCall> {
  switch (request.hook) {
    case 'voice':
      return requested(request, transport);
    case 'dial':
      return dialEnded(request);
    case 'routed':
      return routed(request);
    default:
      return status(request);
  }
}

const formIn = <T extends z.ZodType>(schema: T, body: Buffer) => checked(schema, formOf(body), 'body');

function calledNumber({ From, To = '' }: z.infer<typeof callSchema>): Pick<TwilioCall, 'called'> {
  return From === undefined || E164.test(From) ? {} : { called: E164.test(To) ? To : '' };
}

/** The leg that a `DIAL` route dialled is over. */
function routed({ query, body }: WebhookRequest): Reading<TwilioCall> {
  const ended = formIn(dialSchema, body);
  const isUnanswered = isUp(ended.CallStatus) && whoAndWhy(ended).cause !== 'NORMAL';
  const { ids, unanswered, ...reading } = routedIn(query, isUnanswered);
  const { conversationId } = ids;
  const call = { conversationId, ...calledNumber(ended), ...(unanswered && { unanswered }) };
  return { ...reading, call };
}

/**
 * A call arrives, or a flow sends it here once more: each time is a visit of its own, told from the same webhook sent again
 * by Twilio's idempotency token.
 */
function requested(
  { query, body, headers }: WebhookRequest,
  transport: DefaultTransport,
): Reading<TwilioCall> {
  const call = formIn(voiceSchema, body);
  const { CallSid } = call;
  const token = headers['i-twilio-idempotency-token'];
  const visit = typeof token === 'string' && token !== '' ? shortHash(token) : randomUUID();
  const defaults = { conversationId: CallSid, transferId: `${CallSid}.${visit}`, transport };
  const { event, ignored } = requestInQuery(query, defaults);
  return {
    event,
    ignored,
    awaitsStep: true,
    caller: callerOf(call),
    call: { conversationId: event.data.conversationId, ...calledNumber(call) },
  };
}

/** What Twilio shows in place of a number that is withheld: the words on the keys of a telephone, such as `ANONYMOUS`. */
const withheld = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);

const callerOf = ({
  CallSid,
  From = '',
}: Pick<z.infer<typeof voiceSchema>, 'CallSid' | 'From'>): CallersCall => ({
  callId: CallSid,
  number: withheld.has(From) ? undefined : From,
});

function dialEnded({ query, body }: WebhookRequest): Reading<TwilioCall> {
  const ended = formIn(dialSchema, body);
  const ids = legInQuery(query);
  return {
    event: { type: 'leg.disconnected', data: { ...ids, ...whoAndWhy(ended) } },
    awaitsStep: true,
    call: { conversationId: ids.conversationId, ...calledNumber(ended) },
  };
}

/** The caller's own leg, as `CallStatus` of the `action` tells of it: while it is up, the caller has not hung up. */
const isUp = (status: string | undefined): boolean => !statusesOfTheEnd.includes(status);

const statusesOfTheEnd: readonly (string | undefined)[] = [
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
];

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
  const { CallStatus, DialCallStatus = 'failed', DialBridged, DialSipResponseCode } = ended;
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
  const callback = formIn(statusCallbackSchema, body);
  const { CallSid, CallStatus, ParentCallSid, Timestamp } = callback;
  const isDialled = query.has('transferId') || ParentCallSid !== undefined;
  if (isDialled) {
    const ids = legInQuery(query);
    const nothing = { awaitsStep: false, call: { conversationId: ids.conversationId } };
    const isAnswered = CallStatus === 'in-progress' || CallStatus === 'answered';
    const data = { ...ids, ...timeOf(Timestamp) };
    return isAnswered ? { ...nothing, event: { type: 'leg.connected', data } } : nothing;
  }
  const nothing = { awaitsStep: false, call: { conversationId: CallSid ?? '' } };
  if (isUp(CallStatus) || CallSid === undefined) return nothing;
  const data = { conversationId: CallSid, callId: CallSid, cause: 'NORMAL', ...timeOf(Timestamp) } as const;
  return { ...nothing, caller: callerOf({ ...callback, CallSid }), event: { type: 'caller.left', data } };
}

function timeOf(timestamp: string | undefined): { at?: string } {
  const at = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(at) ? {} : { at: new Date(at).toISOString() };
}

/** The parameters of a form. One that comes several times is a list, as Twilio's library expects it. */
export const formOf = (body: Buffer): ParsedUrlQuery =>
  parse(body.toString('utf8'), undefined, undefined, { maxKeys: 0 });

import type { HangupParty } from '../../contract/telephony-events';
import type { LegEvent } from '../leg-events';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../phone-system';
import { legInQuery, requestInQuery } from '../request-in-query';

import { dialSchema, parseForm, statusCallbackSchema, voiceSchema, type DialEnded } from './payloads';

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
  if (request.hook === 'status') {
    const { conversationId } = legInQuery(request.query);
    return { ...connected(request), awaitsStep: false, call: { conversationId } };
  }
  const event = request.hook === 'voice' ? requested(request, country) : dialEnded(request);
  return { event, awaitsStep: true, call: { conversationId: event.data.conversationId } };
}

/**
 * A call arrives, or comes back. The same webhook, sent again by Twilio, carries the same idempotency token and
 * so asks for the same leg; a flow that redirects its caller here once more carries another, and asks for a new one.
 */
function requested({ query, body, headers }: WebhookRequest, country: string): LegEvent {
  const { CallSid } = parseForm(voiceSchema, body);
  const token = headers['i-twilio-idempotency-token'];
  return requestInQuery(query, {
    conversationId: CallSid,
    transferId: typeof token === 'string' && token !== '' ? `${CallSid}.${token}` : CallSid,
    country,
  });
}

function dialEnded({ query, body }: WebhookRequest): LegEvent {
  const ended = parseForm(dialSchema, body);
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
]);

/** Who ended the dialled leg, and why. */
export function whoAndWhy({ CallStatus, DialCallStatus, DialBridged }: DialEnded): {
  by: HangupParty;
  cause: string;
} {
  const wasUp = (DialCallStatus === 'completed' || DialCallStatus === 'answered') && DialBridged !== 'false';
  if (!isUp(CallStatus)) return { by: 'CUSTOMER', cause: wasUp ? 'NORMAL' : 'CANCELLED' };
  if (wasUp) return { by: 'GENERATIVE_AGENT', cause: 'NORMAL' };
  // `completed` and not bridged: answered, and gone before the caller was connected.
  return { by: 'UNKNOWN', cause: failures.get(DialCallStatus) ?? 'FAILED' };
}

/**
 * The dialled leg was answered. Its end is the `action`'s to report, which knows who hung up: a report that
 * knows less and comes earlier would do harm.
 */
function connected({ query, body }: WebhookRequest): { event?: LegEvent } {
  const { CallStatus, Timestamp } = parseForm(statusCallbackSchema, body);
  if (CallStatus !== 'in-progress' && CallStatus !== 'answered') return {};
  const at = Timestamp === undefined ? NaN : Date.parse(Timestamp);
  return {
    event: {
      type: 'leg.connected',
      data: { ...legInQuery(query), ...(Number.isNaN(at) ? {} : { at: new Date(at).toISOString() }) },
    },
  };
}

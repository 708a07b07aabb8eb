import VoiceResponse from 'twilio/lib/twiml/VoiceResponse';

import { inQuery } from '../../../contract/hand-over';
import type { DialableLeg, NextStep } from '../../../contract/next-step';
import type { RoutingDecision } from '../../../contract/routing-decision';
import type { PhoneSystemSettings, WebhookAnswer } from '../../phone-system';
import { DESK_RING_SECONDS, dialledAfter, inXml, ringSeconds, routeOf } from '../../routes';

import { attributesOf } from './attributes';
import type { TwilioCall } from './read';

export interface TwimlSettings extends PhoneSystemSettings {
  /** The number that GenerativeAgent sees as the caller's. Default: the caller's own, or the called one. */
  callerId?: string | undefined;
  /** A TaskRouter workflow: `QUEUE` makes a task for it, with the decision as its attributes. */
  workflowSid?: string | undefined;
}

/** TwiML for a next step; for no step an answer without instructions. */
export function answer(
  step: NextStep | undefined,
  call: TwilioCall,
  settings: TwimlSettings,
  now: number,
): WebhookAnswer {
  const twiml = new VoiceResponse();
  if (step?.action === 'DIAL') dial(twiml, step.leg, call, settings, now);
  const omitted = step?.action === 'ROUTE' ? carryOut(twiml, step.decision, call, settings) : [];
  return { contentType: 'text/xml', body: twiml.toString(), ...(omitted.length > 0 && { omitted }) };
}

/** Dials GenerativeAgent. With an `action` the caller stays on the line when the dialled leg ends. */
function dial(
  twiml: VoiceResponse,
  leg: DialableLeg,
  { conversationId, called = '' }: TwilioCall,
  { publicUrl, callerId = called }: TwimlSettings,
  now: number,
): void {
  const ids = new URLSearchParams({ conversationId, transferId: leg.transferId }).toString();
  const noun = twiml.dial({
    action: `${publicUrl}/twilio/dial?${ids}`,
    method: 'POST',
    timeout: ringSeconds(leg, now),
    answerOnBridge: true,
    ...(callerId !== '' && { callerId }),
  });
  const status = {
    statusCallback: `${publicUrl}/twilio/status?${ids}`,
    statusCallbackMethod: 'POST',
    statusCallbackEvent: ['answered' as const],
  };
  if (leg.type === 'SIP') noun.sip(status, withHeaders(leg.sipUri, leg.headers));
  else noun.number(status, leg.transferNumber);
}

/** Twilio takes headers in the address, as a query. */
function withHeaders(sipUri: string, headers: Readonly<Record<string, string>> = {}): string {
  const query = inQuery(headers);
  if (query === '') return sipUri;
  return `${sipUri}${sipUri.includes('?') ? '&' : '?'}${query}`;
}

/** @returns the names of the decision's variables that there was no room for */
function carryOut(
  twiml: VoiceResponse,
  decision: RoutingDecision,
  call: TwilioCall,
  settings: TwimlSettings,
): readonly string[] {
  const route = routeOf(decision, settings, call.unanswered);
  const { workflowSid } = settings;
  switch (route.type) {
    case 'QUEUE': {
      if (workflowSid === undefined) {
        twiml.enqueue(route.queue);
        break;
      }
      const { attributes, omitted } = attributesOf(decision, route.queue, route.handOver?.all ?? {});
      twiml.enqueue({ workflowSid }).task({}, inXml(JSON.stringify(attributes)));
      return omitted;
    }
    case 'DIAL': {
      const noun = dialDesk(twiml, decision, call, settings);
      if (route.to.startsWith('+')) noun.number(route.to);
      else noun.sip(withHeaders(route.to, route.handOver?.headers));
      break;
    }
    case 'REDIRECT':
      twiml.redirect({ method: 'POST' }, route.url);
      break;
    case 'HANG_UP':
      twiml.hangup();
  }
  return [];
}

/**
 * The `action` hears how the leg ended: verbs after a `<Dial>` without one run after a call that was answered, too. It
 * posts `DialCallStatus`, and is told the fallback route unless somebody answered.
 */
function dialDesk(
  twiml: VoiceResponse,
  { conversationId, transferId }: RoutingDecision,
  { called, unanswered }: TwilioCall,
  { publicUrl, callerId = called }: TwimlSettings,
) {
  const query = new URLSearchParams({ conversationId, transferId, dialled: dialledAfter(unanswered) });
  return twiml.dial({
    action: `${publicUrl}/twilio/routed?${query.toString()}`,
    method: 'POST',
    timeout: DESK_RING_SECONDS,
    answerOnBridge: true,
    // Whoever has a number is seen with it.
    ...(called !== undefined && callerId && { callerId }),
  });
}

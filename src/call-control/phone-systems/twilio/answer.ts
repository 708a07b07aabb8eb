import VoiceResponse from 'twilio/lib/twiml/VoiceResponse';

import type { DialableLeg, NextStep } from '../../../contract/next-step';
import type { RoutingDecision } from '../../../contract/routing-decision';
import type { PhoneSystemSettings, WebhookAnswer } from '../../phone-system';
import { ringSeconds, routeOf } from '../../routes';

import type { TwilioCall } from './read';

export interface TwimlSettings extends PhoneSystemSettings {
  /** The number that GenerativeAgent sees as the caller's. Default: the caller's own. */
  callerId?: string | undefined;
  /** A TaskRouter workflow: `QUEUE` makes a task for it, with the decision as its attributes. */
  workflowSid?: string | undefined;
}

/** TwiML for a next step; for no step an answer without instructions. */
export function answer(
  step: NextStep | undefined,
  { conversationId }: TwilioCall,
  settings: TwimlSettings,
  now: number,
): WebhookAnswer {
  const twiml = new VoiceResponse();
  if (step?.action === 'DIAL') dial(twiml, step.leg, conversationId, settings, now);
  if (step?.action === 'ROUTE') carryOut(twiml, step.decision, settings);
  return { contentType: 'text/xml', body: twiml.toString() };
}

/** Dials GenerativeAgent. With an `action` the caller stays on the line when the dialled leg ends. */
function dial(
  twiml: VoiceResponse,
  leg: DialableLeg,
  conversationId: string,
  { publicUrl, callerId }: TwimlSettings,
  now: number,
): void {
  const ids = new URLSearchParams({ conversationId, transferId: leg.transferId }).toString();
  twiml
    .dial({
      action: `${publicUrl}/twilio/dial?${ids}`,
      method: 'POST',
      timeout: ringSeconds(leg, now),
      answerOnBridge: true,
      ...(callerId === undefined ? {} : { callerId }),
    })
    .number(
      {
        statusCallback: `${publicUrl}/twilio/status?${ids}`,
        statusCallbackMethod: 'POST',
        statusCallbackEvent: ['answered'],
      },
      leg.transferNumber,
    );
}

function carryOut(twiml: VoiceResponse, decision: RoutingDecision, settings: TwimlSettings): void {
  const route = routeOf(decision, settings);
  const { workflowSid } = settings;
  switch (route.type) {
    case 'QUEUE':
      if (workflowSid === undefined) twiml.enqueue(route.queue);
      else twiml.enqueue({ workflowSid }).task({}, attributesOf(decision, route.queue));
      break;
    case 'DIAL':
      if (route.to.startsWith('+')) twiml.dial({ answerOnBridge: true }).number(route.to);
      else twiml.dial({ answerOnBridge: true }).sip(route.to);
      break;
    case 'REDIRECT':
      twiml.redirect({ method: 'POST' }, route.url);
      break;
    case 'HANG_UP':
      twiml.hangup();
  }
}

/** A task's attributes. */
function attributesOf(decision: RoutingDecision, queue: string): string {
  const { conversationId, transferId, outcome, reason } = decision;
  const { currentTaskName, referenceVariables, transferVariables } = decision;
  const ids = { queue, conversationId, transferId, outcome, reason };
  return JSON.stringify({ ...ids, currentTaskName, referenceVariables, transferVariables });
}

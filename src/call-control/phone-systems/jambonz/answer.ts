import type { DialableLeg, NextStep } from '../../../contract/next-step';
import type { RoutingDecision } from '../../../contract/routing-decision';
import type { PhoneSystemSettings, WebhookAnswer } from '../../phone-system';
import { ringSeconds } from '../../ring-time';
import { routeOf } from '../../routes';

import type { JambonzCall } from './read';

export interface VerbSettings extends PhoneSystemSettings {
  /** The number that GenerativeAgent sees as the caller's. Default: the caller's own. */
  callerId?: string | undefined;
  /** Name of the jambonz carrier over which GenerativeAgent's number is dialled. Default: as jambonz routes it. */
  trunk?: string | undefined;
}

type Target = { type: 'phone'; number: string; trunk?: string } | { type: 'sip'; sipUri: string };

/** What jambonz is told to do, as far as the gateway says any of it. */
type Verb =
  | { verb: 'tag'; data: Readonly<Record<string, unknown>> }
  | {
      verb: 'dial';
      target: [Target];
      answerOnBridge: true;
      actionHook?: string;
      timeout?: number;
      callerId?: string;
      tag?: Readonly<Record<string, unknown>>;
    }
  | { verb: 'enqueue'; name: string }
  | { verb: 'redirect'; actionHook: string }
  | { verb: 'hangup' };

/**
 * Behind the address of a webhook: how often jambonz sends it again where it gets no answer, and after what: no
 * connection, too long a wait, a status of 5xx. Without it jambonz never does, and the caller is dropped.
 */
const RETRIES = '#rc=2&rp=ct,rt,5xx';

/** Verbs for a next step; for no step none. */
export function answer(
  step: NextStep | undefined,
  call: JambonzCall,
  settings: VerbSettings,
  now: number,
): WebhookAnswer {
  return { contentType: 'application/json', body: JSON.stringify(verbsFor(step, call, settings, now)) };
}

function verbsFor(
  step: NextStep | undefined,
  call: JambonzCall,
  settings: VerbSettings,
  now: number,
): Verb[] {
  if (step === undefined) return [];
  return step.action === 'DIAL' ? dial(step.leg, call, settings, now) : [routed(step.decision, settings)];
}

/**
 * Dials GenerativeAgent. With an `actionHook` the caller stays on the line when the dialled leg ends. Both legs are
 * tagged, so that the webhook of their status, whose address is the same for all calls, says which leg it is about.
 */
function dial(
  leg: DialableLeg,
  { conversationId, tags }: JambonzCall,
  { publicUrl, callerId, trunk }: VerbSettings,
  now: number,
): Verb[] {
  const ids = { conversationId, transferId: leg.transferId };
  return [
    { verb: 'tag', data: { ...tags, ...ids } },
    {
      verb: 'dial',
      target: [{ type: 'phone', number: leg.transferNumber, ...(trunk === undefined ? {} : { trunk }) }],
      actionHook: `${publicUrl}/jambonz/dial?${new URLSearchParams(ids).toString()}${RETRIES}`,
      answerOnBridge: true,
      timeout: ringSeconds(leg, now),
      tag: ids,
      ...(callerId === undefined ? {} : { callerId }),
    },
  ];
}

function routed(decision: RoutingDecision, settings: VerbSettings): Verb {
  const route = routeOf(decision, settings);
  switch (route.type) {
    case 'QUEUE':
      return { verb: 'enqueue', name: route.queue };
    case 'DIAL':
      return {
        verb: 'dial',
        target: [
          route.to.startsWith('+') ? { type: 'phone', number: route.to } : { type: 'sip', sipUri: route.to },
        ],
        answerOnBridge: true,
      };
    case 'REDIRECT':
      return { verb: 'redirect', actionHook: route.url };
    case 'HANG_UP':
      return { verb: 'hangup' };
  }
}

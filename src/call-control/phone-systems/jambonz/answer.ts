import type { DialableLeg, NextStep } from '../../../contract/next-step';
import type { RoutingDecision } from '../../../contract/routing-decision';
import type { PhoneSystemSettings, WebhookAnswer } from '../../phone-system';
import {
  DESK_RING_SECONDS,
  dialledAfter,
  ringSeconds,
  routeOf,
  type Dialled,
  type RouteToTake,
} from '../../routes';

import type { JambonzCall } from './read';

export interface VerbSettings extends PhoneSystemSettings {
  /** The number that GenerativeAgent sees as the caller's. Default: the caller's own. */
  callerId?: string | undefined;
  /** Name of the jambonz carrier over which GenerativeAgent's number is dialled. Default: as jambonz routes it. */
  trunk?: string | undefined;
}

/** A verb for jambonz, and what goes with it. In JSON, what is undefined is not there. */
type Verb = { verb: 'tag' | 'dial' | 'enqueue' | 'redirect' | 'hangup' } & Record<string, unknown>;

/**
 * Behind the address of a webhook: how often jambonz sends it again if it gets no answer, and after what: no
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
  let verbs: Verb[] = [];
  if (step?.action === 'DIAL') verbs = dial(step.leg, call, settings, now);
  if (step?.action === 'ROUTE') verbs = routed(step.decision, call, settings);
  return { contentType: 'application/json', body: JSON.stringify(verbs) };
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
  const callee =
    leg.type === 'SIP'
      ? { target: [{ type: 'sip', sipUri: leg.sipUri }], headers: leg.headers }
      : { target: [{ type: 'phone', number: leg.transferNumber, trunk }] };
  return [
    { verb: 'tag', data: { ...tags, ...ids } },
    {
      verb: 'dial',
      ...callee,
      actionHook: `${publicUrl}/jambonz/dial?${new URLSearchParams(ids).toString()}${RETRIES}`,
      answerOnBridge: true,
      timeout: ringSeconds(leg, now),
      tag: ids,
      callerId,
    },
  ];
}

/** Routes the caller. What the route hands over is on the call as a tag, and on a call over SIP as headers, too. */
function routed(
  decision: RoutingDecision,
  { tags, unanswered }: JambonzCall,
  settings: VerbSettings,
): Verb[] {
  const route = routeOf(decision, settings, unanswered);
  const verb = routeVerb(route, decision, settings, unanswered);
  if (route.handOver === undefined) return [verb];
  return [{ verb: 'tag', data: { ...tags, handOver: route.handOver.variables } }, verb];
}

function routeVerb(
  route: RouteToTake,
  { conversationId, transferId }: RoutingDecision,
  { publicUrl }: VerbSettings,
  unanswered: Dialled | undefined,
): Verb {
  switch (route.type) {
    case 'QUEUE':
      return { verb: 'enqueue', name: route.queue };
    case 'DIAL': {
      const isNumber = route.to.startsWith('+');
      const target = isNumber ? { type: 'phone', number: route.to } : { type: 'sip', sipUri: route.to };
      const query = new URLSearchParams({ conversationId, transferId, dialled: dialledAfter(unanswered) });
      return {
        verb: 'dial',
        target: [target],
        ...(!isNumber && route.handOver && { headers: route.handOver.headers }),
        // Is told the fallback route, unless somebody answered: a verb after this one would follow an answered call, too.
        actionHook: `${publicUrl}/jambonz/routed?${query.toString()}${RETRIES}`,
        answerOnBridge: true,
        timeout: DESK_RING_SECONDS,
      };
    }
    case 'REDIRECT':
      return { verb: 'redirect', actionHook: route.url };
    case 'HANG_UP':
      return { verb: 'hangup' };
  }
}

import type { DialableLeg, NextStep } from '../../../contract/next-step';
import type { RoutingDecision } from '../../../contract/routing-decision';
import { DESK_RING_SECONDS, dialledAfter, ringSeconds, routeOf, type RouteSettings } from '../../routes';

import { encodeClientState } from './client-state';
import { commandId, type TelnyxCommand } from './commands';
import type { CallIds, TelnyxCall } from './read';

export interface CommandSettings extends RouteSettings {
  /** The number that GenerativeAgent sees as the caller's, in E.164. Default: the number that the caller called. */
  callerId?: string | undefined;
}

/**
 * Telnyx refuses to let a number ring for less, seconds. If the number must be dialled sooner than that, the
 * ringing reaches into the margin between `dialBy` and the number's expiry.
 */
const LEAST_RING_SECONDS = 5;

/** The commands for a next step: Telnyx is not steered by what a webhook is answered with. */
export function commandsFor(
  step: NextStep | undefined,
  call: TelnyxCall,
  settings: CommandSettings,
  now: number,
): TelnyxCommand[] {
  if (call.state === 'LEFT_ALONE') return [];
  if (call.state === 'RINGING') return [pickUp(call)];
  if (step === undefined) return [];
  if (step.action === 'DIAL') return [dial(step.leg, call, settings, now)];
  return carryOut(step.decision, call, settings);
}

function pickUp({ callControlId, ...ids }: CallIds): TelnyxCommand {
  const { callId, conversationId, transferId } = ids;
  return {
    action: 'answer',
    callControlId,
    params: {
      client_state: encodeClientState({ role: 'customer', callId, conversationId, transferId }),
      command_id: commandId(conversationId, transferId, 'answer'),
    },
  };
}

/** Dials GenerativeAgent. Parked, the caller stays on the line when the dialled leg ends. */
function dial(
  leg: DialableLeg,
  { callControlId, callId, conversationId }: CallIds,
  { callerId }: CommandSettings,
  now: number,
): TelnyxCommand {
  const ids = { callId, conversationId, transferId: leg.transferId };
  return {
    action: 'transfer',
    callControlId,
    params: {
      ...(leg.type === 'SIP'
        ? { to: leg.sipUri, ...asTelnyxHeaders(leg.headers) }
        : { to: leg.transferNumber }),
      ...(callerId === undefined ? {} : { from: callerId }),
      timeout_secs: Math.max(LEAST_RING_SECONDS, ringSeconds(leg, now)),
      park_after_unbridge: 'self',
      client_state: encodeClientState({ role: 'customer', ...ids }),
      target_leg_client_state: encodeClientState({
        role: 'generativeAgent',
        ...ids,
        customer: callControlId,
      }),
      command_id: commandId(conversationId, leg.transferId, 'dial'),
    },
  };
}

/** Telnyx has a place of its own for `User-to-User`. */
function asTelnyxHeaders(headers: Readonly<Record<string, string>>) {
  const { 'User-to-User': userToUser, ...others } = headers;
  const custom = Object.entries(others).map(([name, value]) => ({ name, value }));
  return {
    ...(custom.length > 0 && { custom_headers: custom }),
    ...(userToUser !== undefined && {
      sip_headers: [{ name: 'User-to-User' as const, value: userToUser }],
    }),
  };
}

/**
 * Routes the caller. Call Control knows no redirect: after `REDIRECT` (and so after `CONTINUE`) the caller stays
 * parked, and the owner's own application goes on with the call.
 */
function carryOut(
  decision: RoutingDecision,
  { callControlId, callId, conversationId, unanswered, asksForLeg = false, ...call }: CallIds,
  settings: CommandSettings,
): TelnyxCommand[] {
  // The decision's own leg: a repeated event about an earlier one must not route the caller once more.
  const transferId = decision.transferId === '' ? call.transferId : decision.transferId;
  const ids = { callId, conversationId, transferId };
  const purpose = unanswered === undefined ? 'route' : (`route after ${unanswered}` as const);
  const route = routeOf(decision, settings, unanswered);
  const { headers = {}, variables } = route.handOver ?? {};
  const common = {
    client_state: encodeClientState({ role: 'routed', ...ids, ...(variables && { handOver: variables }) }),
    command_id: commandId(conversationId, transferId, purpose),
  };
  // Whoever was dialled for may talk by now: without Temporal nobody knows.
  const to = { callControlId, ...(asksForLeg && { unless: commandId(conversationId, transferId, 'dial') }) };
  switch (route.type) {
    case 'QUEUE':
      return [{ action: 'enqueue', ...to, params: { queue_name: route.queue, ...common } }];
    case 'DIAL': {
      const from = settings.callerId === undefined ? {} : { from: settings.callerId };
      const params = {
        to: route.to,
        ...from,
        ...(!route.to.startsWith('+') && asTelnyxHeaders(headers)),
        timeout_secs: DESK_RING_SECONDS,
        target_leg_client_state: encodeClientState({
          role: 'desk',
          ...ids,
          customer: callControlId,
          dialled: dialledAfter(unanswered),
        }),
        ...common,
      };
      return [{ action: 'transfer', ...to, params }];
    }
    case 'REDIRECT':
      return [];
    case 'HANG_UP':
      return [{ action: 'hangup', ...to, params: common }];
  }
}

/**
 * A leg, from its request to its end: the steps of a call transfer. The same function runs the conversation's first leg in
 * its own workflow and every later leg in a child workflow, and goes on from any state with a leg whose child is gone.
 */
import { condition } from '@temporalio/workflow';

import type { Routed } from '../contract/leg-result';
import type { FallbackReason } from '../contract/outcomes';
import type { RoutingDecision } from '../contract/routing-decision';
import type { ConversationSettings } from '../contract/settings';
import type { LegRequest } from '../conversation/conversation-state';
import { decideBy, nextWake } from '../leg/leg-schedule';
import { isUp, type LegEvent, type LegState } from '../leg/leg-state';

import { asapp, earlierDecisionIn, fallbackReason } from './activities';
import type { Alarm } from './alarm';
import { learn } from './learn';

/** A leg while it runs. */
export interface RunningLeg {
  readonly request: LegRequest;
  readonly settings: ConversationSettings;
  /** What the way back to call control may take of a hard limit, in milliseconds. */
  readonly wayBackMs: number;
  readonly state: LegState;
  /** Goes off when ASAPP is to be asked though nothing was reported. */
  readonly alarm: Alarm;
  readonly apply: (event: LegEvent) => void;
  /** What an answer brought for the conversation. */
  readonly learn: (news: LegNews) => void;
}

/** What requests to ASAPP bring besides what they are for. */
export interface LegNews {
  settings?: ConversationSettings;
  routed?: Routed | null;
  /** What another run of the conversation has decided about this leg's transfer. */
  earlierDecision?: RoutingDecision;
}

export async function runLeg(leg: RunningLeg): Promise<void> {
  while (leg.state.end === null) {
    if (leg.state.phase === 'REQUESTING') await requestNumber(leg);
    else if (isUp(leg.state)) await awaitDisconnect(leg);
    else await fetchContext(leg);
  }
}

/** 1. Requests a number, unless the caller leaves before it comes. */
async function requestNumber(leg: RunningLeg): Promise<void> {
  const { conversationId, transferId, legNumber, transport, inputContext, requestedAt, requestBy } =
    leg.request;
  const unavailable = (reason: FallbackReason): LegEvent => ({
    type: 'unavailable',
    reason,
    now: leg.alarm.now(),
  });
  const by = requestBy - leg.wayBackMs;
  if (leg.alarm.now() >= by) {
    leg.apply(unavailable('REQUEST_DEADLINE_EXCEEDED'));
    return;
  }
  const activities = asapp({ by, summary: 'Request a number' });
  const waited = legNumber === 1 ? { waitedMs: leg.alarm.now() - requestedAt } : {};
  await learn(
    leg,
    () =>
      activities.callTransferRequestNumber({
        conversationId,
        transferId,
        transport,
        inputContext,
        ...waited,
      }),
    ({ destination, expiresAt, settings }) => {
      leg.learn({ settings });
      // Nobody waits any more for a number that comes after the limit.
      if (leg.alarm.now() >= leg.request.requestBy) return unavailable('REQUEST_DEADLINE_EXCEEDED');
      const dialBy = expiresAt - leg.settings.dialMarginMs;
      return { type: 'assigned', transport: { destination, expiresAt, dialBy }, now: leg.alarm.now() };
    },
    (failure) => {
      const earlierDecision = earlierDecisionIn(failure);
      if (earlierDecision !== undefined) leg.learn({ earlierDecision });
      return unavailable(fallbackReason(failure, 'REQUEST_DEADLINE_EXCEEDED'));
    },
  );
}

/** 2. and 3. Call control makes the supervised transfer and reports the disconnect; ASAPP is asked if it does not. */
async function awaitDisconnect(leg: RunningLeg): Promise<void> {
  while (isUp(leg.state)) {
    const wake = nextWake(leg.state, leg.settings, leg.alarm.now());
    if (wake.check) {
      await checkTransfer(leg);
      if (wake.final) leg.apply({ type: 'callDurationExceeded', now: leg.alarm.now() });
    } else {
      const isDueBefore = (): boolean => {
        const next = nextWake(leg.state, leg.settings, leg.alarm.now());
        return next.check || next.at < wake.at;
      };
      const isDue = leg.alarm.set(wake.at, wake.summary);
      await condition(() => isDue() || !isUp(leg.state) || isDueBefore());
    }
  }
}

async function checkTransfer(leg: RunningLeg): Promise<void> {
  const by = leg.alarm.now() + leg.settings.disconnectDeadlineMs - leg.wayBackMs;
  await fetch(leg, { by, summary: 'Check the transfer', untilEnded: false }, () => ({
    type: 'checkFailed',
    now: leg.alarm.now(),
  }));
}

/** 4. Fetches the context, under the hard limit of the decision. */
async function fetchContext(leg: RunningLeg): Promise<void> {
  const by = decideBy(leg.state, leg.settings) - leg.wayBackMs;
  const unavailable = (reason: FallbackReason): LegEvent => ({
    type: 'resultUnavailable',
    reason,
    now: leg.alarm.now(),
  });
  await fetch(leg, { by, summary: 'Fetch the context', untilEnded: true }, (failure) =>
    unavailable(fallbackReason(failure, 'DISCONNECT_DEADLINE_EXCEEDED')),
  );
  // An answer that leaves the leg open is no result.
  leg.apply(unavailable('RESULT_STILL_PENDING'));
}

async function fetch(
  leg: RunningLeg,
  { by, summary, untilEnded }: { by: number; summary: string; untilEnded: boolean },
  onFailure: (failure: unknown) => LegEvent,
): Promise<void> {
  const { conversationId, legNumber } = leg.request;
  const activities = asapp({ by, summary });
  await learn(
    leg,
    () => activities.callTransferFetchContext({ conversationId, leg: leg.state, legNumber, untilEnded }),
    ({ transfer, routed }) => {
      leg.learn({ routed });
      return { type: 'transferSeen', transfer, now: leg.alarm.now() };
    },
    onFailure,
  );
}

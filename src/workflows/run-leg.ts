/**
 * A leg, from its request to its end: the steps of a call transfer. The same function runs the conversation's first leg in
 * its own workflow and every later leg in a child workflow, and goes on from any state with a leg whose child is gone.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

import type { Routed } from '../contract/leg-result';
import type { RoutingDecision } from '../contract/routing-decision';
import type { ConversationSettings } from '../contract/settings';
import type { LegRequest } from '../conversation/conversation-state';
import { decideBy, nextWake } from '../leg/leg-schedule';
import { isUp, type LegEvent, type LegState } from '../leg/leg-state';

import { asapp, earlierDecisionIn, fallbackReason } from './activities';
import type { Alarm } from './alarm';

/** A leg while it runs. */
export interface RunningLeg {
  readonly request: LegRequest;
  readonly settings: ConversationSettings;
  /** What the way back to call control may take of a hard limit, in milliseconds. */
  readonly wayBackMs: number;
  readonly state: LegState;
  /** Goes off when ASAPP is to be asked though nothing was reported. */
  readonly alarm: Alarm;
  /** Something happened to it, now. */
  readonly apply: (event: LegEventNow) => void;
  /** What an answer brought for the conversation. */
  readonly learn: (news: LegNews) => void;
}

/** An event of a leg at the moment at which it is learnt of. */
export type LegEventNow<Event = LegEvent> = Event extends LegEvent ? Omit<Event, 'now'> : never;

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
  const { legNumber, requestedAt, requestBy, ...request } = leg.request;
  const tooLate = { type: 'unavailable', reason: 'REQUEST_DEADLINE_EXCEEDED' } as const;
  const by = requestBy - leg.wayBackMs;
  if (Date.now() >= by) {
    leg.apply(tooLate);
    return;
  }
  const activities = asapp({ by, summary: 'Request a number' });
  const waited = legNumber === 1 ? { waitedMs: Date.now() - requestedAt } : {};
  await learn(
    leg,
    () => activities.callTransferRequestNumber({ ...request, ...waited }),
    ({ destination, expiresAt, settings }) => {
      leg.learn({ settings });
      // Nobody waits any more for a number that comes after the limit.
      if (Date.now() >= leg.request.requestBy) return tooLate;
      const dialBy = expiresAt - leg.settings.dialMarginMs;
      return { type: 'assigned', transport: { destination, expiresAt, dialBy } };
    },
    (failure) => {
      const earlierDecision = earlierDecisionIn(failure);
      if (earlierDecision !== undefined) leg.learn({ earlierDecision });
      return { type: 'unavailable', reason: fallbackReason(failure, tooLate.reason) };
    },
  );
}

/** 2. and 3. Call control makes the supervised transfer and reports the disconnect; ASAPP is asked if it does not. */
async function awaitDisconnect(leg: RunningLeg): Promise<void> {
  while (isUp(leg.state)) {
    const wake = nextWake(leg.state, leg.settings, Date.now());
    if (wake.check) {
      await checkTransfer(leg);
      if (wake.final) leg.apply({ type: 'callDurationExceeded' });
    } else {
      const isDueBefore = (): boolean => {
        const next = nextWake(leg.state, leg.settings, Date.now());
        return next.check || next.at < wake.at;
      };
      const isDue = leg.alarm.set(wake.at, wake.summary);
      await condition(() => isDue() || !isUp(leg.state) || isDueBefore());
    }
  }
}

async function checkTransfer(leg: RunningLeg): Promise<void> {
  const by = Date.now() + leg.settings.disconnectDeadlineMs - leg.wayBackMs;
  await fetch(leg, { by, summary: 'Check the transfer', untilEnded: false }, () => ({ type: 'checkFailed' }));
}

/** 4. Fetches the context, under the hard limit of the decision. */
async function fetchContext(leg: RunningLeg): Promise<void> {
  const by = decideBy(leg.state, leg.settings) - leg.wayBackMs;
  await fetch(leg, { by, summary: 'Fetch the context', untilEnded: true }, (failure) => ({
    type: 'resultUnavailable',
    reason: fallbackReason(failure, 'DISCONNECT_DEADLINE_EXCEEDED'),
  }));
  // An answer that leaves the leg open is no result.
  leg.apply({ type: 'resultUnavailable', reason: 'RESULT_STILL_PENDING' });
}

async function fetch(
  leg: RunningLeg,
  { by, summary, untilEnded }: { by: number; summary: string; untilEnded: boolean },
  onFailure: (failure: unknown) => LegEventNow,
): Promise<void> {
  // Without its context, which ASAPP has and which may be long.
  const request = { ...leg.request, inputContext: undefined };
  const activities = asapp({ by, summary });
  await learn(
    leg,
    () => activities.callTransferFetchContext({ request, leg: leg.state, untilEnded }),
    ({ transfer, routed }) => {
      leg.learn({ routed });
      return { type: 'transferSeen', transfer };
    },
    onFailure,
  );
}

/**
 * Asks ASAPP and lets the leg know of the answer or of the failure. Ends at once if the leg moves to another phase
 * meanwhile, such as by a hangup, and cancels what is asked.
 */
async function learn<Answer>(
  leg: RunningLeg,
  ask: () => Promise<Answer>,
  onAnswer: (answer: Answer) => LegEventNow,
  onFailure: (failure: unknown) => LegEventNow,
): Promise<void> {
  const { phase } = leg.state;
  const hasMoved = () => leg.state.phase !== phase;
  const asked = new CancellationScope();
  await asked.run(async () => {
    const answered = ask().then(onAnswer, (failure: unknown) =>
      isCancellation(failure) ? undefined : onFailure(failure),
    );
    const event = await Promise.race([answered, condition(hasMoved)]);
    if (event !== undefined && !hasMoved()) leg.apply(event);
    asked.cancel();
  });
}

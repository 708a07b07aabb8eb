/**
 * A leg, from its request to its end: the steps of a call transfer. The same function runs the conversation's first leg in
 * its own workflow and every later leg in a child workflow, and goes on from any state with a leg whose child is gone.
 */
import { condition } from '@temporalio/workflow';

import type { FallbackReason } from '../contract/outcomes';
import type { RoutingDecision } from '../contract/routing-decision';
import type { ConversationSettings } from '../contract/settings';
import type { LegRequest } from '../conversation/conversation-state';
import { decideBy, nextWake } from '../leg/leg-schedule';
import { isUp, type LegEvent, type LegState } from '../leg/leg-state';

import { asapp, earlierDecisionIn, fallbackReason } from './activities';
import { learn } from './learn';

/** A leg while it runs. */
export interface RunningLeg {
  readonly request: LegRequest;
  readonly settings: ConversationSettings;
  /** What the way back to call control may take of a hard limit, in milliseconds. */
  readonly wayBackMs: number;
  readonly state: LegState;
  apply(event: LegEvent): void;
  /** Another run of the conversation has decided about this leg's transfer. */
  decidedEarlier?(decision: RoutingDecision): void;
}

/** What one workflow takes of a hard limit at most for its answer, in milliseconds. */
export const WAY_BACK_MS = 300;

export async function runLeg(leg: RunningLeg): Promise<void> {
  while (leg.state.end === null) {
    if (leg.state.phase === 'REQUESTING') await requestNumber(leg);
    else if (isUp(leg.state)) await awaitDisconnect(leg);
    else await fetchContext(leg);
  }
}

/** 1. Requests a number, unless the caller leaves before it comes. */
async function requestNumber(leg: RunningLeg): Promise<void> {
  const { conversationId, transferId, transport, inputContext, requestBy } = leg.request;
  const unavailable = (reason: FallbackReason): LegEvent => ({
    type: 'unavailable',
    reason,
    now: Date.now(),
  });
  // Nobody waits any more for a number that comes after the limit.
  const isTooLate = (by: number) => Date.now() >= by;
  const by = requestBy - leg.wayBackMs;
  if (isTooLate(by)) return leg.apply(unavailable('REQUEST_DEADLINE_EXCEEDED'));
  const { callTransferRequestNumber } = asapp({ by, summary: 'Request a number' });
  await learn(
    leg,
    () => callTransferRequestNumber({ conversationId, transferId, transport, inputContext }),
    ({ destination, expiresAt }): LegEvent => {
      if (isTooLate(requestBy)) return unavailable('REQUEST_DEADLINE_EXCEEDED');
      const dialBy = expiresAt - leg.settings.dialMarginMs;
      return { type: 'assigned', transport: { destination, expiresAt, dialBy }, now: Date.now() };
    },
    (failure) => {
      const decision = earlierDecisionIn(failure);
      if (decision !== undefined) leg.decidedEarlier?.(decision);
      return unavailable(fallbackReason(failure, 'REQUEST_DEADLINE_EXCEEDED'));
    },
  );
}

/** 2. and 3. Call control makes the supervised transfer and reports the disconnect; ASAPP is asked if it does not. */
async function awaitDisconnect(leg: RunningLeg): Promise<void> {
  while (isUp(leg.state)) {
    const wake = nextWake(leg.state, leg.settings, Date.now());
    if (wake.check) {
      await checkTransfer(leg);
      if (wake.final) leg.apply({ type: 'callDurationExceeded', now: Date.now() });
    } else {
      const isDueBefore = (): boolean => {
        const next = nextWake(leg.state, leg.settings, Date.now());
        return next.check || next.at < wake.at;
      };
      const { summary } = wake;
      await condition(() => !isUp(leg.state) || isDueBefore(), wake.at - Date.now(), { summary });
    }
  }
}

async function checkTransfer(leg: RunningLeg): Promise<void> {
  const { conversationId, transferId } = leg.request;
  const by = Date.now() + leg.settings.disconnectDeadlineMs - leg.wayBackMs;
  const { callTransferFetchContext } = asapp({ by, summary: 'Check the transfer' });
  await learn(
    leg,
    () => callTransferFetchContext({ conversationId, transferId, untilEnded: false }),
    (transfer): LegEvent => ({ type: 'transferSeen', transfer, now: Date.now() }),
    () => ({ type: 'checkFailed', now: Date.now() }),
  );
}

/** 4. Fetches the context, under the hard limit of the decision. */
async function fetchContext(leg: RunningLeg): Promise<void> {
  const { conversationId, transferId } = leg.request;
  const by = decideBy(leg.state, leg.settings) - leg.wayBackMs;
  const { callTransferFetchContext } = asapp({ by, summary: 'Fetch the context' });
  const unavailable = (reason: FallbackReason): LegEvent => ({
    type: 'resultUnavailable',
    reason,
    now: Date.now(),
  });
  await learn(
    leg,
    () => callTransferFetchContext({ conversationId, transferId, untilEnded: true }),
    (transfer): LegEvent => ({ type: 'transferSeen', transfer, now: Date.now() }),
    (failure) => unavailable(fallbackReason(failure, 'DISCONNECT_DEADLINE_EXCEEDED')),
  );
  // An end that leaves the leg open is no end.
  leg.apply(unavailable('RESULT_STILL_PENDING'));
}

import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

import type { LegPhase } from '../contract/conversation-view';
import type { ConversationSettings } from '../contract/settings';
import type { TransferSnapshot } from '../contract/transfer';

import { askAgain, askAsapp, fallbackReason } from './activity-calls';
import type { Leg } from './leg';
import { nextWake } from './leg-schedule';
import type { LegEvent } from './leg-state';

/** How long a look at ASAPP may take while nobody waits for its answer. */
const STATUS_CHECK_MS = 10_000;
/** Pause before the second look at a result that was not there at the first. */
const FIRST_POLL_MS = 250;

/**
 * A leg from its request to its end: the same for the first leg, which runs in the conversation's workflow,
 * and for the later ones, which run in their own.
 */
export async function runLeg(leg: Leg, settings: ConversationSettings): Promise<void> {
  await requestNumber(leg, settings);
  await awaitDisconnect(leg, settings);
  await fetchResult(leg, settings);
}

async function requestNumber(leg: Leg, { dialMarginMs }: ConversationSettings): Promise<void> {
  const { conversationId, transferId, country, inputContext, requestBy } = leg.request;
  await learn(
    leg,
    ['REQUESTING'],
    async () => {
      const number = await askAsapp(
        (asapp) =>
          asapp.callTransferRequestNumber({
            conversationId,
            transferId,
            country,
            inputContext,
            dialMarginMs,
          }),
        requestBy,
        'Request a number',
      );
      return { type: 'numberAssigned', number, now: Date.now() };
    },
    (failure) => ({
      type: 'numberUnavailable',
      reason: fallbackReason(failure, 'REQUEST_DEADLINE_EXCEEDED'),
      now: Date.now(),
    }),
  );
}

/** Waits for call control's word, and looks at ASAPP where it should have come and has not. */
async function awaitDisconnect(leg: Leg, settings: ConversationSettings): Promise<void> {
  while (leg.state.phase === 'DIALING' || leg.state.phase === 'CONNECTED') {
    const before = leg.state;
    const { at, summary, final } = nextWake(before, settings, Date.now());
    const wait = at - Date.now();
    const changed =
      wait > 0 && (await condition(() => leg.state !== before || leg.lookAsked, wait, { summary }));
    if (changed && !leg.lookAsked) continue;
    await lookAtAsapp(leg);
    if (final && leg.state.phase === 'CONNECTED') {
      leg.apply({ type: 'callDurationExceeded', now: Date.now() });
    }
  }
}

async function lookAtAsapp(leg: Leg): Promise<void> {
  leg.lookAsked = false;
  const ref = { conversationId: leg.request.conversationId, transferId: leg.transferId };
  await learn(
    leg,
    ['DIALING', 'CONNECTED'],
    async () => {
      const transfer = await askAsapp(
        (asapp) => asapp.callTransferFetchTransfer({ ...ref, untilEnded: false }),
        Date.now() + STATUS_CHECK_MS,
        'Look at the transfer',
      );
      return { type: 'transferSeen', transfer, now: Date.now() };
    },
    () => ({ type: 'checkFailed', now: Date.now() }),
  );
}

/** Fetches the result under the hard limit: at once, and again and again while ASAPP's books lag behind. */
async function fetchResult(leg: Leg, { disconnectDeadlineMs }: ConversationSettings): Promise<void> {
  const ref = { conversationId: leg.request.conversationId, transferId: leg.transferId };
  const deadline = (leg.state.disconnect?.reportedAt ?? 0) + disconnectDeadlineMs;
  const summary = 'Fetch the result';
  const fetch = (ask: () => Promise<TransferSnapshot>) =>
    learn(
      leg,
      ['DISCONNECTED'],
      async () => ({ type: 'transferSeen', transfer: await ask(), now: Date.now() }),
      (failure) => ({
        type: 'resultUnavailable',
        reason: fallbackReason(failure, 'DISCONNECT_DEADLINE_EXCEEDED'),
        now: Date.now(),
      }),
    );

  await fetch(() =>
    askAsapp((asapp) => asapp.callTransferFetchTransfer({ ...ref, untilEnded: false }), deadline, summary),
  );
  await fetch(() =>
    askAgain(
      (asapp) => asapp.callTransferFetchTransfer({ ...ref, untilEnded: true }),
      deadline,
      summary,
      FIRST_POLL_MS,
    ),
  );
}

/**
 * Asks until there is something to learn about a leg or the leg has moved on by itself, which cancels the
 * asking.
 */
async function learn(
  leg: Leg,
  phases: LegPhase[],
  ask: () => Promise<LegEvent>,
  onFailure: (failure: unknown) => LegEvent,
): Promise<void> {
  const movedOn = () => !phases.includes(leg.state.phase);
  if (movedOn()) return;
  const scope = new CancellationScope();
  const learned = scope
    .run(ask)
    .catch((failure: unknown) => (isCancellation(failure) ? undefined : onFailure(failure)));
  const event = await Promise.race([learned, condition(movedOn).then(() => undefined)]);
  scope.cancel();
  if (event !== undefined) leg.apply(event);
}

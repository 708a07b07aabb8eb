import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

import type { LegPhase } from '../contract/conversation-view';
import type { ConversationSettings } from '../contract/settings';

import { askAgain, askAsapp, fallbackReason } from './activity-calls';
import type { Leg } from './leg';
import { nextWake } from './leg-schedule';

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
  await whileIn(leg, ['REQUESTING'], async () => {
    try {
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
      leg.apply({ type: 'numberAssigned', number, now: Date.now() });
    } catch (failure) {
      if (isCancellation(failure)) return;
      const reason = fallbackReason(failure, 'REQUEST_DEADLINE_EXCEEDED');
      leg.apply({ type: 'numberUnavailable', reason, now: Date.now() });
    }
  });
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
  const { conversationId, transferId } = leg.request;
  await whileIn(leg, ['DIALING', 'CONNECTED'], async () => {
    try {
      const transfer = await askAsapp(
        (asapp) => asapp.callTransferFetchTransfer({ conversationId, transferId, untilEnded: false }),
        Date.now() + STATUS_CHECK_MS,
        'Look at the transfer',
      );
      leg.apply({ type: 'transferSeen', transfer, now: Date.now() });
    } catch (failure) {
      if (!isCancellation(failure)) leg.apply({ type: 'checkFailed', now: Date.now() });
    }
  });
}

async function fetchResult(leg: Leg, { disconnectDeadlineMs }: ConversationSettings): Promise<void> {
  const { conversationId, transferId } = leg.request;
  const deadline = (leg.state.disconnect?.reportedAt ?? 0) + disconnectDeadlineMs;
  const summary = 'Fetch the result';
  await whileIn(leg, ['DISCONNECTED'], async () => {
    try {
      const transfer = await askAsapp(
        (asapp) => asapp.callTransferFetchTransfer({ conversationId, transferId, untilEnded: false }),
        deadline,
        summary,
      );
      leg.apply({ type: 'transferSeen', transfer, now: Date.now() });
      if (leg.ended) return;
      const result = await askAgain(
        (asapp) => asapp.callTransferFetchTransfer({ conversationId, transferId, untilEnded: true }),
        deadline,
        summary,
        FIRST_POLL_MS,
      );
      leg.apply({ type: 'transferSeen', transfer: result, now: Date.now() });
    } catch (failure) {
      if (isCancellation(failure)) return;
      const reason = fallbackReason(failure, 'DISCONNECT_DEADLINE_EXCEEDED');
      leg.apply({ type: 'resultUnavailable', reason, now: Date.now() });
    }
  });
}

/** Works on a leg until the work is done or the leg has moved on, which cancels the rest of it. */
async function whileIn(leg: Leg, phases: LegPhase[], work: () => Promise<void>): Promise<void> {
  const isIn = () => phases.includes(leg.state.phase);
  if (!isIn()) return;
  const scope = new CancellationScope();
  const worked = scope.run(work);
  await Promise.race([worked, condition(() => !isIn())]);
  scope.cancel();
}

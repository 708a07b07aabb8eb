/** When a conversation goes on with another leg, continues as new, or closes. */
import { allHandlersFinished, condition, continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';

import { newestDecision } from '../conversation/answers';
import { isUndecided, legsInRun, newestLeg, type LegRecord } from '../conversation/conversation-state';
import { endedEvent, resultOf } from '../conversation/ended';
import { announce } from '../events/announce';

import type { callTransferWorkflow } from './call-transfer';
import type { ConversationRun } from './conversation-run';
import { countConversation } from './metrics';

/** A conversation continues as new once nothing has been asked for this long, so that nobody waits for it. */
const QUIET_MS = 2000;

/** In bytes. With so long a history a run does not wait for a quiet moment: at 50 MB Temporal would terminate it. */
const FULL_HISTORY = 8_000_000;

/**
 * The leg that is asked for, if any: at once, or within the reconnect window of the newest decision.
 * Answers `undefined` when the conversation is over.
 */
export async function nextLeg(conversation: ConversationRun): Promise<LegRecord | undefined> {
  const isAsked = () => undecided(conversation) !== undefined || conversation.state.cancelled;
  await awaitReconnection(conversation, isAsked);
  if (undecided(conversation) === undefined) await told(conversation);
  await answersAreOut(conversation, isAsked);
  return undecided(conversation);
}

function undecided({ state }: ConversationRun): LegRecord | undefined {
  const leg = newestLeg(state);
  return leg !== undefined && isUndecided(leg) ? leg : undefined;
}

/** Stays open for the reconnect window of the newest decision. */
async function awaitReconnection(conversation: ConversationRun, isAsked: () => boolean): Promise<void> {
  const end = newestLeg(conversation.state)?.state.end;
  if (end == null || isAsked()) return;
  const until = end.endedAt + conversation.settings.reconnectWindowMs[end.outcome];
  const left = () => Math.max(1, until - Date.now());
  if (until <= Date.now()) return;
  conversation.alarm.cancel();
  conversation.apply({ type: 'reconnectionAwaited', until });
  const { maxLegsPerRun } = conversation.settings;
  const isBusy = () => isAsked() || !allHandlersFinished() || conversation.openChildren > 0;
  if (workflowInfo().historySize >= FULL_HISTORY) {
    await answersAreOut(conversation, isAsked);
    if (!isBusy()) await continued(conversation);
  }
  if (workflowInfo().continueAsNewSuggested || legsInRun(conversation.state) >= maxLegsPerRun) {
    const quietMs = Math.min(QUIET_MS, left());
    await condition(isAsked, quietMs, { summary: 'Quiet, before the run continues as new' });
    if (!isBusy()) await continued(conversation);
  }
  if (!isAsked()) await condition(isAsked, left(), { summary: 'Open for a reconnection' });
}

/** Counts a conversation that is over, and has its owner told, unless this run only found another one's decision. */
async function told({ state, settings }: ConversationRun): Promise<void> {
  const decision = newestDecision(state);
  if (decision === null || state.legs.every((leg) => leg.decision === null)) return;
  countConversation(resultOf(state, decision), newestLeg(state)?.task ?? 'none');
  const { endedEvents } = settings;
  if (endedEvents !== null) await announce(endedEvent(state, decision, endedEvents, Date.now()));
}

async function continued(conversation: ConversationRun): Promise<never> {
  conversation.apply({ type: 'continuedAsNew' });
  const { conversationId, transferId, transport } = conversation.state.input;
  const input = { conversationId, transferId, ...transport };
  return await continueAsNew<typeof callTransferWorkflow>(input, conversation.state);
}

/**
 * Waits until every request and report has its answer, or turns into another leg. A workflow task that accepted an update
 * and closes the run would fail as a whole if any event came while it ran, and call control would get an error: the
 * run closes in a later one.
 */
async function answersAreOut(conversation: ConversationRun, isAsked: () => boolean): Promise<void> {
  const wasAcceptedNow = () => conversation.acceptedInTask === workflowInfo().historyLength;
  do {
    await condition(() => isAsked() || allHandlersFinished());
    if (wasAcceptedNow() && !isAsked())
      await sleep(1, { summary: 'The answer goes out before the run closes' });
  } while (!isAsked() && (!allHandlersFinished() || wasAcceptedNow()));
}

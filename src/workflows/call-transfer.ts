import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';

import type { ConversationBeginning } from '../activities/types';
import { defaultSettings } from '../contract/default-settings';
import { failureTypes } from '../contract/failures';
import { conversationWorkflowId, WORKFLOW_ID_PREFIX } from '../contract/names';
import { parsePayload } from '../contract/parse';
import { reasonOf } from '../contract/reason-of-failure';
import type { RoutingDecision } from '../contract/routing-decision';
import { STILL_WAITING } from '../contract/still-waiting';
import { callTransferInputSchema, type CallTransferInput } from '../contract/transfer-request';
import { decidesByRecordedTimes } from '../contract/workflow-revision';

import { endTask, ownActivities } from './activity-calls';
import { refuseCallControl, serveCallControl } from './call-control';
import { conditionWithin } from './condition-within';
import { Conversation, type CarriedConversation, type CheckedInput, type Entry } from './conversation';
import { decide } from './decide';
import { runLaterLeg } from './later-leg';
import { measureNumber } from './measurements';
import { Presentation } from './presentation';
import { numberEvent, runLeg } from './run-leg';

/**
 * A customer's conversation with GenerativeAgent, from the request of a number to the routing decision.
 *
 * The first leg runs here, every later one in a child workflow; both run the same leg code. Call control
 * talks to it with the messages of the contract, and each ask is answered within its hard limit.
 *
 * @param input - what starts the conversation
 * @param carried - only where a run continues as new
 * @returns the decision on the last leg
 * @throws ApplicationFailure of type `InvalidInput` that names the field
 */
export async function callTransferWorkflow(
  input: CallTransferInput,
  carried?: CarriedConversation,
): Promise<RoutingDecision> {
  const presentation = new Presentation();
  const conversation = new Conversation(await checkInput(input), (changed, event) => {
    presentation.conversation(changed);
    if (changed.begun) measureNumber(changed.current.leg, event);
  });
  // Call control is answered and the story goes on while the workflow is being cancelled.
  const shielded = new CancellationScope({ cancellable: false });
  serveCallControl(conversation, shielded);

  CancellationScope.current().cancelRequested.catch(() => {
    conversation.cancel(Date.now());
  });
  return await shielded.run(() => converse(conversation, carried));
}

async function converse(
  conversation: Conversation,
  carried: CarriedConversation | undefined,
): Promise<RoutingDecision> {
  const closing: Promise<void>[] = [];
  let entry = carried === undefined ? await firstLeg(conversation) : await resume(conversation, carried);
  while (entry !== undefined) {
    const { leg } = entry;
    const { settings } = conversation;
    closing.push((await runLaterLeg({ leg, settings, route: true })).closed);
    await decide(conversation, entry);
    entry = await nextLeg(conversation);
  }
  for (const closes of closing) await closes;
  if (conversation.decision === null) throw new Error('The conversation came to its end without a decision');
  return conversation.decision;
}

/** The first leg runs in this workflow. Answers the leg after it, if any. */
async function firstLeg(conversation: Conversation): Promise<Entry | undefined> {
  if (conversation.input.transferId === undefined) await startIsHeard();
  const request = conversation.firstLegRequest(workflowInfo().startTime.getTime(), uuid4);
  const answerWithinMs = conversation.firstAnswerWithinMs;
  const {
    settings,
    number,
    failure,
    routed = null,
    answeredAt,
  } = await ownActivities
    .callTransferBeginConversation({ ...request, answerWithinMs })
    .catch(() => unreadable);
  const entry = conversation.begin(settings, request);
  const { leg } = entry;
  leg.routed = routed;
  if (conversation.cancelled) conversation.cancel(Date.now());
  const now = answeredAt ?? Date.now();
  if (number !== null && number !== STILL_WAITING) leg.apply(numberEvent(leg.request, number, now));
  const retryAfterMs = failure?.retryDelayMs ?? 0;
  if (failure !== null && (failure.retryDelayMs === null || now + retryAfterMs >= leg.request.requestBy)) {
    leg.apply({
      type: 'numberUnavailable',
      reason: reasonOf(failure.type, 'REQUEST_DEADLINE_EXCEEDED'),
      now,
    });
  }
  await runLeg({ leg, settings, route: true, retryAfterMs });
  await decide(conversation, entry);
  return await nextLeg(conversation);
}

/** A request that came together with the start may say what the first leg is: it is heard before that begins. */
async function startIsHeard(): Promise<void> {
  // A condition is evaluated again when all messages of the workflow task have been handled.
  let evaluations = 0;
  await condition(() => evaluations++ > 0);
}

/** Where the worker could not even read its settings: a customer must not wait for it. */
const unreadable: ConversationBeginning = {
  settings: defaultSettings,
  number: null,
  failure: { type: failureTypes.invalidInput, retryDelayMs: 0 },
};

async function resume(conversation: Conversation, carried: CarriedConversation): Promise<Entry | undefined> {
  conversation.resume(carried);
  return await nextLeg(conversation);
}

/**
 * The leg that is asked for, if any: at once, or within the reconnect window of the newest decision.
 * Answers `undefined` when the conversation is over.
 */
async function nextLeg(conversation: Conversation): Promise<Entry | undefined> {
  const { settings, current } = conversation;
  const { outcome, endedAt } = current.leg.state.end ?? { outcome: 'CANCELLED', endedAt: 0 };
  const window = settings.reconnectWindowMs[outcome];
  const closesAt = endedAt + window;
  const staysOpen = decidesByRecordedTimes(settings) ? window > 0 : closesAt > Date.now();
  const asked = () => conversation.anotherLegAsked || conversation.cancelled;

  if (!asked() && staysOpen) {
    conversation.awaitReconnection(closesAt);
    if (shouldContinueAsNew(conversation)) {
      await answersAreOut(conversation, asked);
      if (!asked())
        await continueAsNew<typeof callTransferWorkflow>(conversation.input, conversation.carry());
    }
    await conditionWithin(asked, Math.max(1, closesAt - Date.now()), { summary: 'Open for a reconnection' });
  }
  await answersAreOut(conversation, asked);
  return conversation.openAskedLeg(Date.now(), uuid4);
}

/**
 * Waits until every ask has its answer, or turns into another leg, and until the workflow task has ended that
 * gave an answer. A task that both answered and closed the run would fail as a whole, answers included, if any
 * event of the phone system came while it ran.
 */
async function answersAreOut(conversation: Conversation, asked: () => boolean): Promise<void> {
  for (;;) {
    await condition(() => asked() || allHandlersFinished());
    if (asked() || conversation.answeredInTask !== workflowInfo().historyLength) return;
    await endTask();
  }
}

const shouldContinueAsNew = (conversation: Conversation) =>
  workflowInfo().continueAsNewSuggested || conversation.legsInRun >= conversation.settings.maxLegsPerRun;

/** Refuses bad input before anything happens, also to whoever asks for the first leg together with the start. */
async function checkInput(input: unknown): Promise<CheckedInput> {
  try {
    const checked = parsePayload(callTransferInputSchema, input, 'CallTransferInput');
    const { workflowId } = workflowInfo();
    const isOurs = workflowId.startsWith(WORKFLOW_ID_PREFIX);
    if (isOurs && workflowId !== conversationWorkflowId(checked.conversationId)) {
      throw ApplicationFailure.nonRetryable(
        `CallTransferInput is not valid: conversationId: must be the one in the workflow id ${workflowId}`,
        failureTypes.invalidInput,
      );
    }
    return checked;
  } catch (failure) {
    if (failure instanceof ApplicationFailure) refuseCallControl(failure);
    await Promise.resolve();
    throw failure;
  }
}

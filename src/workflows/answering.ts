/** How call control's requests and reports get their answers. */
import { ApplicationFailure, condition, uuid4 } from '@temporalio/workflow';

import { failureTypes } from '../contract/failures';
import { WAY_BACK_MS } from '../contract/names';
import type { NextStep } from '../contract/next-step';
import { transportMistake } from '../contract/transport';
import { answerAbout, legInProgress, legInTheWay, type Asking, type Refusal } from '../conversation/answers';
import {
  canRedial,
  findLeg,
  newestLeg,
  redialOf,
  type CheckedRequest,
} from '../conversation/conversation-state';
import { decideBy } from '../leg/leg-schedule';
import { isTooOldToDial, isUp } from '../leg/leg-state';

import type { ConversationRun } from './conversation-run';

export const refused = ({ refused: type, message }: Refusal): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type);

/**
 * Waits until there is an answer about a leg. How long that may take is for the leg to limit, unless call control can
 * wait less long.
 *
 * @param answerBy - when call control must have its answer, epoch milliseconds
 */
export async function answered(
  conversation: ConversationRun,
  transferId: string,
  asking: Asking,
  answerBy: number,
): Promise<NextStep> {
  const found = () => answerAbout(conversation.state, transferId, asking, Date.now());
  for (;;) {
    const answer = found();
    if (answer !== undefined) {
      if ('refused' in answer) throw refused(answer);
      return answer;
    }
    const { request, state } = redialOf(conversation.state, transferId) ?? conversation.leg(transferId);
    const leg = () => conversation.leg(request.transferId);
    const mayRedial = () => canRedial(conversation.state, leg());
    if (mayRedial()) {
      const [old, now] = [request.transferId, Date.now()];
      conversation.apply({ type: 'redialRequested', transferId: old, newId: uuid4(), answerBy, now });
      continue;
    }
    if (isTooOldToDial(state, Date.now())) ask(conversation, request.transferId, 'checkRequested');
    const isNews = () => leg().state.phase !== state.phase || found() !== undefined || mayRedial();
    await withinOwnLimit(conversation, request.transferId, answerBy, isNews);
  }
}

/** Waits for news of a leg; if call control can wait no longer before the leg's own limit, the leg ends with what is known. */
async function withinOwnLimit(
  conversation: ConversationRun,
  transferId: string,
  answerBy: number,
  isNews: () => boolean,
): Promise<void> {
  const { request, state } = conversation.leg(transferId);
  const limits = {
    REQUESTING: request.requestBy,
    DIALING: Infinity,
    CONNECTED: Infinity,
    DISCONNECTED: decideBy(state, conversation.settings),
    ENDED: 0,
  };
  if (answerBy >= limits[state.phase]) {
    await condition(isNews);
    return;
  }
  const left = Math.max(1, answerBy - WAY_BACK_MS - Date.now());
  const isHeard = await condition(isNews, left, { summary: 'Call control waits no longer' });
  if (!isHeard) ask(conversation, transferId, 'outOfTime');
}

const ask = (conversation: ConversationRun, transferId: string, type: 'checkRequested' | 'outOfTime') => {
  conversation.apply({ type: 'legAsked', transferId, event: { type, now: Date.now() } });
};

/**
 * Opens a further leg. A customer who calls again has left the leg before, though nobody may have said so: ASAPP knows.
 *
 * @returns the leg to answer for: another if the conversation was cancelled
 * @throws ApplicationFailure of type `LegInProgress`
 */
export async function legOpened(
  conversation: ConversationRun,
  request: CheckedRequest,
  transferId: string,
  askedAt: number,
  answerBy: number,
): Promise<string> {
  const inTheWay = () => legInTheWay(conversation.state, transferId);
  const before = inTheWay();
  if (before !== undefined && isUp(before)) {
    ask(conversation, before.transferId, 'checkRequested');
    const isChecked = () => inTheWay()?.phase !== before.phase || (inTheWay()?.checks ?? 0) > before.checks;
    const left = Math.max(1, answerBy - WAY_BACK_MS - Date.now());
    await condition(isChecked, left, { summary: 'Check the leg before' });
  }
  const other = inTheWay()?.transferId ?? conversation.state.wanted?.transferId ?? transferId;
  if (other !== transferId) throw refused(legInProgress(other));
  await condition(() => conversation.state.settings !== null);
  const { transport } = conversation.state.input;
  const mistake = transportMistake(request, transport, conversation.settings.sip);
  if (mistake !== undefined) throw refused({ refused: failureTypes.invalidInput, message: mistake });
  conversation.apply({ type: 'legRequested', request, transferId, now: askedAt });
  const isOpen = () => findLeg(conversation.state, transferId) !== undefined;
  await condition(() => isOpen() || conversation.state.cancelled);
  return isOpen() ? transferId : (newestLeg(conversation.state)?.request.transferId ?? transferId);
}

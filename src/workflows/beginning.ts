/** How a conversation's workflow begins: its input is checked, call control is served, the settings are read. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  allHandlersFinished,
  workflowInfo,
} from '@temporalio/workflow';

import { failureTypes } from '../contract/failures';
import { conversationWorkflowId } from '../contract/names';
import { parsePayload } from '../contract/parse';
import { callTransferInputSchema } from '../contract/transfer-request';
import { requestedTransport } from '../contract/transport';
import {
  newConversation,
  newestLeg,
  type ConversationInput,
  type ConversationState,
} from '../conversation/conversation-state';

import { ConversationRun } from './conversation-run';
import { handleMessages, refuseMessages } from './message-handlers';
import { measureNumber } from './metrics';
import { WebUi } from './web-ui';

/** Checks what the run is started with, and serves call control from now on. */
export async function openConversation(
  input: unknown,
  carried: unknown,
): Promise<{ conversation: ConversationRun; shielded: CancellationScope }> {
  const state = await initialState(input, carried);
  const webUi = new WebUi();
  const conversation = new ConversationRun(state, (changed, before) => {
    webUi.show(changed);
    const leg = newestLeg(changed);
    const wasAssigned = newestLeg(before)?.state.assigned != null;
    if (leg?.state.assigned != null && !wasAssigned) measureNumber(leg.request.requestedAt, 'DIAL');
  });
  // Call control is answered and the story goes on while the workflow is being cancelled.
  const shielded = new CancellationScope({ cancellable: false });
  handleMessages(conversation, shielded);
  CancellationScope.current().cancelRequested.catch(() => {
    conversation.apply({ type: 'cancelled', now: Date.now() });
  });
  return { conversation, shielded };
}

/** The first leg begins, if no request that came together with the start has begun it. */
export async function begin(conversation: ConversationRun): Promise<void> {
  // Such a request says what the leg is, or is refused: it is heard first. A condition is evaluated again once all messages
  // of the workflow task have been handled.
  let evaluations = 0;
  await condition(() => conversation.isBeginning || evaluations++ > 0);
  await conversation.begin(null);
  if (conversation.refusal !== null) {
    await condition(allHandlersFinished);
    throw conversation.refusal;
  }
}

/** Refuses bad input before anything happens, also to whoever requests the first leg together with the start. */
async function initialState(input: unknown, carried: unknown): Promise<ConversationState> {
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
  try {
    if (isContinued && carried !== undefined) return carried as ConversationState;
    const checked = checkedInput(input);
    if (carried !== undefined && carried !== null) {
      throw invalid('callTransferWorkflow takes one argument');
    }
    return newConversation(checked);
  } catch (failure) {
    if (failure instanceof ApplicationFailure) refuseMessages(failure);
    await Promise.resolve();
    throw failure;
  }
}

function checkedInput(input: unknown): ConversationInput {
  const checked = parsePayload(callTransferInputSchema, input, 'CallTransferInput');
  const { conversationId, transferId, inputContext } = checked;
  const { workflowId } = workflowInfo();
  // Under another id the same leg would have two workflows, and its number two customers.
  if (workflowId !== conversationWorkflowId(conversationId)) {
    throw invalid(`conversationId: the workflow id must be ${conversationWorkflowId(conversationId)}`);
  }
  return { conversationId, transferId, transport: requestedTransport(checked), inputContext };
}

const invalid = (why: string) =>
  ApplicationFailure.nonRetryable(`CallTransferInput is not valid: ${why}`, failureTypes.invalidInput);

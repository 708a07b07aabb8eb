/**
 * A leg after the first, as its conversation sees it: it runs whole in a child workflow. The child tells its state at each
 * change, and is told what call control reports. If the child is gone, the leg goes on here from the state that is known.
 */
import {
  condition,
  defineSignal,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';

import { legWorkflowId, RECONNECTION_LEG_WORKFLOW, WORKFLOW_TASK_TIMEOUT_MS } from '../contract/names';
import type { LegRequest } from '../conversation/conversation-state';
import type { LegEvent, LegState } from '../leg/leg-state';
import { legWithResult } from '../leg/leg-views';

import type { ConversationRun } from './conversation-run';
import type { reconnectionLegWorkflow } from './reconnection-leg';
import { runLeg } from './run-leg';

/** From a leg in a workflow of its own to its conversation: its state, and how many reports it has heard. */
export const legToldSignal =
  defineSignal<[transferId: string, state: LegState, heard: number]>('callTransferLegTold');

/** From a conversation to such a leg: all that call control reported of it, oldest first. */
export const legReportsSignal = defineSignal<[reports: LegEvent[]]>('callTransferLegReports');

type Child = ChildWorkflowHandle<typeof reconnectionLegWorkflow>;

export async function runLaterLeg(conversation: ConversationRun, request: LegRequest): Promise<void> {
  const leg = conversation.running(request.transferId);
  await Promise.race([follow(conversation, request), condition(() => leg.state.end !== null)]);
  await runLeg(leg);
}

/** Starts the child, and listens to it until it has closed. */
async function follow(conversation: ConversationRun, request: LegRequest): Promise<void> {
  const { conversationId, transferId, legNumber } = request;
  conversation.openChildren++;
  try {
    const child: Child = await startChild<typeof reconnectionLegWorkflow>(RECONNECTION_LEG_WORKFLOW, {
      workflowId: legWorkflowId(conversationId, transferId),
      args: [{ request, settings: conversation.settings }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      // Without the id: Temporal takes 400 bytes, and the workflow's own id has it.
      staticSummary: `Leg ${legNumber}`,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    });
    const result = await relayUntilClosed(conversation, transferId, child);
    const state = legWithResult(conversation.leg(transferId).state, result);
    conversation.apply({ type: 'routed', transferId, routed: result.routed });
    conversation.apply({ type: 'legTold', transferId, state, heard: Infinity });
  } catch {
    // It could not be started, or was ended from outside.
  } finally {
    conversation.openChildren--;
  }
}

/** Tells the child all that call control reported, again with each report: it knows which of them are new. */
async function relayUntilClosed(conversation: ConversationRun, transferId: string, child: Child) {
  let isClosed = false;
  const closed = child.result().finally(() => (isClosed = true));
  const relay = async (): Promise<void> => {
    for (let told = 0; ;) {
      await condition(() => isClosed || conversation.leg(transferId).reports.length > told);
      if (isClosed) return;
      const { reports } = conversation.leg(transferId);
      told = reports.length;
      // One that has closed has ended the leg by itself.
      await child.signal(legReportsSignal, reports).catch(() => undefined);
    }
  };
  const [result] = await Promise.all([closed, relay()]);
  return result;
}

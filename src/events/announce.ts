import { startChild, workflowInfo } from '@temporalio/workflow';

import type { ConversationEnded } from '../contract/conversation-ended';

import { DELIVER_EVENT_WORKFLOW, eventsTaskQueue, eventWorkflowId, type Delivery } from './messages';

/**
 * Has an event delivered by a workflow of its own, and waits until the server has started that: it starts none whose parent
 * has closed. Nobody waits for a delivery.
 */
export async function announce(event: ConversationEnded): Promise<void> {
  const { runId, taskQueue } = workflowInfo();
  const { conversationId, legCount } = event.data;
  // A customer may call again just as the run closes: with more legs it is another event.
  const id = `${runId}.${legCount}`;
  const delivery: Delivery = { id: `evt_${id}`, event };
  await startChild(DELIVER_EVENT_WORKFLOW, {
    workflowId: eventWorkflowId(conversationId, id),
    taskQueue: eventsTaskQueue(taskQueue),
    args: [delivery],
    parentClosePolicy: 'ABANDON',
    staticSummary: 'Deliver conversation.ended',
  }).catch(() => undefined);
}

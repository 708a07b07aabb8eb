/** What a call costs, read off its history. */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import { conversationWorkflowId } from '../lib/index';
import type { Sandbox } from '../lib/sandbox';

import type { CallIds } from './contestant';

const { EventType } = temporal.api.enums.v1;

/**
 * Events that Temporal Cloud bills as an action each (https://docs.temporal.io/cloud/actions): an estimate, since retries
 * and local activities beyond one for each workflow task are not in a history.
 */
const actions = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_MARKER_RECORDED,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
]);

export interface Cost {
  events: number;
  bytes: number;
  actions: number;
  asappRequests: number;
}

/** Of the whole conversation, its child workflows included. */
export async function costOf(
  client: Client,
  sandbox: Sandbox,
  { conversationId, transferId }: CallIds,
): Promise<Cost> {
  const cost: Cost = { events: 0, bytes: 0, actions: 0, asappRequests: 0 };
  const read = async (workflowId: string): Promise<void> => {
    const handle = client.workflow.getHandle(workflowId);
    const { events } = await handle.fetchHistory();
    cost.events += events?.length ?? 0;
    cost.bytes += (await handle.describe()).historySize ?? 0;
    for (const event of events ?? []) {
      if (event.eventType != null && actions.has(event.eventType)) cost.actions++;
      const child = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId;
      if (child != null) await read(child);
    }
  };
  await read(conversationWorkflowId(conversationId));
  const legs = sandbox.exchange.conversation(conversationId).map(({ id }) => id);
  for (const id of new Set([...legs, transferId])) cost.asappRequests += sandbox.requestsFor(id).length;
  return cost;
}

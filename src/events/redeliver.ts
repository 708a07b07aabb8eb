import { randomUUID } from 'node:crypto';

import { Client, type ConnectionLike, type WorkflowExecutionInfo } from '@temporalio/client';

import { DELIVER_EVENT_WORKFLOW } from './messages';

/** Deliveries that have ended without the event having been taken. */
const UNDELIVERED = `WorkflowType = '${DELIVER_EVENT_WORKFLOW}' AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled')`;

/**
 * Has each event that was not delivered tried for another day: its workflow is reset to its beginning, so that what is
 * delivered, and under which id, stays the same.
 *
 * @returns the ids of their workflows
 */
export async function redeliverEvents(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const client = new Client({ connection, namespace });
  const again: string[] = [];
  for await (const delivery of client.workflow.list({ query: UNDELIVERED })) {
    const { workflowId } = delivery;
    // An earlier run stays in the list after it was reset.
    const isNewest = (await client.workflow.getHandle(workflowId).describe()).runId === delivery.runId;
    if (!isNewest) continue;
    await resetToBeginning(client, delivery);
    again.push(workflowId);
  }
  return again;
}

async function resetToBeginning(client: Client, { workflowId, runId }: WorkflowExecutionInfo): Promise<void> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const firstTask = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed != null);
  // One that no worker has ever begun begins with the task that it waited for.
  const finished =
    firstTask ?? events?.find(({ workflowTaskScheduledEventAttributes: scheduled }) => scheduled != null);
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: finished?.eventId ?? null,
    requestId: randomUUID(),
    reason: 'The event is to be delivered again',
  });
}

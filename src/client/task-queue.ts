import type { Client, Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

/** Whose answers a client waits for. */
export interface Served {
  temporal: Client;
  taskQueue: string;
}

/** A poll lasts 60 s at most, and Temporal names pollers for 5 minutes: one that is this old is gone. Milliseconds. */
const GONE_MS = 90_000;

type TaskQueueType = temporal.api.enums.v1.TaskQueueType;

/** Who polls a task queue, but for those who are gone. Default: for workflow tasks. */
export async function pollersOf(
  { workflowService }: Pick<Connection, 'workflowService'>,
  namespace: string,
  taskQueue: string,
  taskQueueType?: TaskQueueType,
) {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    ...(taskQueueType && { taskQueueType }),
  });
  return pollers.filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < GONE_MS,
  );
}

/** Whether a worker polls the task queue. */
export async function isPolled({ temporal, taskQueue }: Served): Promise<boolean> {
  const pollers = await pollersOf(temporal, temporal.options.namespace, taskQueue);
  return pollers.length > 0;
}

/** What a `NoAnswerError` says if no worker does. */
export const nobodyPolls = (taskQueue: string) =>
  `No worker polls the task queue ${taskQueue}: start one, or check the name`;

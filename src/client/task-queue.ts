import type { Client } from '@temporalio/client';

/** Whose answers a client waits for. */
export interface Served {
  temporal: Client;
  taskQueue: string;
}

/** A poll lasts 60 s at most, and Temporal names pollers for 5 minutes: one that is this old is gone. Milliseconds. */
const GONE_MS = 90_000;

/** Whether a worker polls the task queue. */
export async function isPolled({ temporal, taskQueue }: Served): Promise<boolean> {
  const { pollers } = await temporal.workflowService.describeTaskQueue({
    namespace: temporal.options.namespace,
    taskQueue: { name: taskQueue },
  });
  return pollers.some(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < GONE_MS,
  );
}

/** What a `NoAnswerError` says if no worker does. */
export const nobodyPolls = (taskQueue: string) =>
  `No worker polls the task queue ${taskQueue}: start one, or check the name`;

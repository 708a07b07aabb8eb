import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';

/** What one workflow has last been activated with. */
interface Activated {
  /** The same for all activations of a workflow task: when it began, and how long its history was. */
  task: string;
  /** How many events it knew. */
  events: number;
}

/**
 * Refuses a query that would hand events to the workflow before their workflow task has begun.
 *
 * A query that a worker's own task queue keeps longer than the sticky timeout goes to the common one, and brings the whole
 * history with it. The SDK's core applies all of that to the workflow, whose clock still stands at the task before. What
 * the workflow does then goes out with the task, although a replay does it at the task's own time and after whatever else
 * came with the task: the history could never be replayed. An error refuses the query alone; the worker forgets the workflow.
 *
 * @param activation - what the workflow is about to be activated with, after `last`
 * @throws Error if it has events of a task that has not begun
 */
export function nextActivated(
  last: Activated,
  { timestamp, historyLength, historySizeBytes, isReplaying }: ActivateInput['activation'],
): Activated {
  const events = historyLength ?? 0;
  const task = [timestamp?.seconds, timestamp?.nanos, historySizeBytes].map(String).join();
  if (isReplaying !== true && task === last.task && events > last.events)
    throw new Error('Events have come that no workflow task has handled yet: ask again');
  return { task, events };
}

/** For each workflow of a worker; the plugin adds it to its bundle. */
export function interceptors(): WorkflowInterceptors {
  let activated: Activated = { task: '', events: 0 };
  return {
    internals: [
      {
        activate(input, next) {
          activated = nextActivated(activated, input.activation);
          next(input);
        },
      },
    ],
  };
}

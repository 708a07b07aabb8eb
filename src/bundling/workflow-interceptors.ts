import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';

/** What one workflow has last been activated with. */
interface Activated {
  /** When its workflow task began: the same for all activations of a task. */
  taskBegan: string;
  /** How many events it knew. */
  events: number;
  /** It got events of a task that had not begun. */
  isBeforehand: boolean;
}

/**
 * Begins a workflow task again if a query has handed its events to the workflow beforehand.
 *
 * A query that a worker's own task queue keeps longer than the sticky timeout goes to the common one, and brings the whole
 * history with it. The SDK's core applies all of that: the workflow acts on the events of a task that has not begun. A
 * signal or update that then comes with the task is handled after them, although a replay, which finds all of it in one
 * task, hands it over first: the history could never be replayed. An error fails the task, so the worker forgets the
 * workflow and replays its history, with everything in its place.
 *
 * @param activation - what the workflow is about to be activated with, after `last`
 * @throws Error if that is the task whose events were handed over beforehand
 */
export function nextActivated(
  last: Activated,
  { jobs, timestamp, historyLength, isReplaying }: ActivateInput['activation'],
): Activated {
  const events = historyLength ?? 0;
  const taskBegan = `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`;
  // An answer to a query alone, and the second half of an activation or of a task, bring no events.
  if (events === last.events && taskBegan === last.taskBegan) return last;
  if (jobs?.every(({ queryWorkflow }) => queryWorkflow)) return { ...last, events, taskBegan };
  if (last.isBeforehand) throw new Error('A query had handed over events of this workflow task beforehand');
  return { taskBegan, events, isBeforehand: isReplaying !== true && taskBegan === last.taskBegan };
}

/** For each workflow of a worker; the plugin adds it to its bundle. */
export function interceptors(): WorkflowInterceptors {
  let activated: Activated = { taskBegan: '', events: 0, isBeforehand: false };
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

import { workflowInfo, type ActivateInput, type WorkflowInterceptors } from '@temporalio/workflow';

type Activation = ActivateInput['activation'];

/** What the SDK's core calls a query that comes by itself. Others come with a workflow task. */
const BY_ITSELF = 'legacy_query';

/** A query follows at once on the events that come with it: a busy worker takes a part of this, milliseconds. */
const AT_ONCE_MS = 1000;

/** What one workflow has last been activated with. */
interface Activated {
  /** The same for all activations of a workflow task: when it began, and how long its history was. */
  task: string;
  /** How many events it knew. */
  events: number;
  /** Whether these were handled before, by whichever worker. */
  isReplay: boolean;
  /** When it was new events that followed on a replay: by the machine's clock, milliseconds. */
  caughtUpAt?: number | undefined;
}

/**
 * Refuses a query that hands events to the workflow before the workflow task which completes with them.
 *
 * A query that a worker's own task queue keeps longer than the sticky timeout goes to the common one, and brings the whole
 * history with it. The SDK's core applies all of that to the workflow. What the workflow does then goes out with the next
 * task, although a replay does it at that task's own time and after whatever else came with it: the history could never be
 * replayed. An error refuses the query alone; the worker forgets the workflow. Such events are of one of two tasks:
 *
 * - It has not begun. The workflow's clock stands at the task before, which shows when the events come.
 * - Another worker has begun it, and is gone. The clock stands at this beginning, as it does in a task of the worker's own. The query
 *   shows it: it follows at once on events that followed on a replay. A worker that has just taken a workflow over by a task of
 *   its own looks the same, and refuses without need for a second.
 *
 * @param activation - what the workflow is about to be activated with, after `last`
 * @param now - of the machine's clock
 * @throws Error if the query that these events come with, or that comes after them, is to be refused
 */
export function nextActivated(last: Activated, activation: Activation, now: number): Activated {
  const { jobs, timestamp, historyLength, historySizeBytes, isReplaying } = activation;
  const events = historyLength ?? 0;
  const task = [timestamp?.seconds, timestamp?.nanos, historySizeBytes].map(String).join();
  const queries = jobs?.flatMap(({ queryWorkflow }) => queryWorkflow ?? []) ?? [];
  const isNew = isReplaying !== true;
  const isReplay = !isNew && queries.length === 0;

  const hasNotBegun = isNew && task === last.task && events > last.events;
  const isByItself = queries.some(({ queryId }) => queryId === BY_ITSELF);
  const { caughtUpAt = -Infinity } = last;
  const isAnothers = isByItself && events === last.events && now < caughtUpAt + AT_ONCE_MS;
  if (hasNotBegun || isAnothers)
    throw new Error('Events have come that no workflow task has handled yet: ask again');
  return { task, events, isReplay, caughtUpAt: isNew && last.isReplay ? now : undefined };
}

/** For each workflow of a worker; the plugin adds it to its bundle. */
export function interceptors(): WorkflowInterceptors {
  let activated: Activated = { task: '', events: 0, isReplay: false };
  return {
    internals: [
      {
        activate(input, next) {
          activated = nextActivated(activated, input.activation, workflowInfo().unsafe.now());
          next(input);
        },
      },
    ],
  };
}

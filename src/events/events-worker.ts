import type { Worker } from '@temporalio/worker';

import { withWorkerBeside } from '../bundling/worker-beside';

import { DELIVER_EVENT_WORKFLOW, eventsTaskQueue } from './messages';
import { eventActivities, type EventsOptions } from './receiver';

/** Attempts that one worker makes at a time: a receiver that takes ten seconds gets two a second of each worker. */
const CONCURRENCY = 20;

/** Runs the body with a worker that delivers events, beside the worker of the calls. */
export async function withEventsWorker(
  worker: Worker,
  options: EventsOptions,
  body: () => Promise<void>,
): Promise<void> {
  const activities = await eventActivities(options);
  const beside = {
    taskQueue: eventsTaskQueue(worker.options.taskQueue),
    workflow: { type: DELIVER_EVENT_WORKFLOW, path: require.resolve('./workflow') },
    concurrency: CONCURRENCY,
    sharesDataConverter: true,
  };
  await withWorkerBeside(worker, beside, () => ({ activities, body }));
}

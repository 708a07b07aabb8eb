/** A timed wait does, event by event, what the SDK's `condition` with a time-out does. */
import { Worker } from '@temporalio/worker';

import { eventually } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withTimeSkipping } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

import { tell, type wait } from './waiting-workflow';

/** Runs both ways, and answers what each ends with and the events of its history. */
async function bothWays(waits: number, { isTold = false, tellOnce = false } = {}) {
  return await withTimeSkipping(async ({ client, nativeConnection }) => {
    const taskQueue = uniqueId('waiting');
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(require.resolve('./waiting-workflow')),
    });
    return await worker.runUntil(async () => {
      const runs = [];
      for (const way of ['ours', 'theirs'] as const) {
        const handle = await client.workflow.start<typeof wait>('wait', {
          taskQueue,
          workflowId: uniqueId(way),
          args: [way, waits, isTold],
        });
        if (tellOnce) {
          await eventually(async () =>
            (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes),
          );
          await handle.signal(tell);
        }
        const heard = await handle.result();
        const { events } = await handle.fetchHistory();
        const timers = events?.map(
          ({ eventType, timerStartedEventAttributes, timerCanceledEventAttributes }) => [
            eventType,
            timerStartedEventAttributes?.timerId ?? timerCanceledEventAttributes?.timerId,
          ],
        );
        runs.push({ heard, timers });
      }
      return { ours: runs[0], theirs: runs[1] };
    });
  });
}

test.each([
  ['the time is over', 2, {}, [false, false]],
  ['news comes, and then the time is over', 2, { tellOnce: true }, [true, false]],
  ['there is news from the start', 1, { isTold: true }, [true]],
])('%s', async (_name, waits, more, heard) => {
  const { ours, theirs } = await bothWays(waits, more);
  expect(ours?.heard).toEqual(heard);
  expect(ours).toEqual(theirs);
});

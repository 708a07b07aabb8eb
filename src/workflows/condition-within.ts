import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/**
 * Waits until something is so, or the time is over: the SDK's `condition` with a time-out, event by event, with half of its
 * promises, each of which the SDK traces (`decisions/0016`). For code that is shielded from cancellation: a cancelled
 * scope does not end the wait.
 *
 * @param milliseconds - at least 1
 * @returns `false` where the time was over first
 */
export async function conditionWithin(
  isSo: () => boolean,
  milliseconds: number,
  timer: { summary: string },
): Promise<boolean> {
  const scope = new CancellationScope();
  let isOver = false;
  scope
    .run(() => sleep(milliseconds, timer))
    .then(
      () => (isOver = true),
      () => undefined,
    );
  await condition(() => isOver || isSo());
  scope.cancel();
  return !isOver;
}

import { CancellationScope, proxyLocalActivities, sleep } from '@temporalio/workflow';

const { takeTwoSeconds } = proxyLocalActivities<{ takeTwoSeconds(): Promise<void> }>({
  startToCloseTimeout: '10s',
});

/** Cancels a timer in a workflow task that began before the timer fired and ends after it. */
export async function cancelFiredTimer(): Promise<void> {
  const scope = new CancellationScope();
  const timer = scope.run(() => sleep('1s')).catch(() => undefined);
  // Ends the first workflow task, so that the timer of 1 s runs.
  await sleep('1ms');
  // A local activity keeps the second workflow task open while that timer fires.
  await takeTwoSeconds();
  scope.cancel();
  await timer;
  // Not the end yet: a task that ends its workflow is refused for another reason, and is repeated.
  await sleep('1ms');
}

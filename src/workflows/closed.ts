import { condition, type CancellationScope } from '@temporalio/workflow';

/** How long a child that is no longer waited for may take to close. */
const CLOSE_MS = 5000;

/** Settles when a child has closed: by itself, or because it took too long. */
export async function closed(scope: CancellationScope, child: Promise<void>): Promise<void> {
  let isClosed = false;
  const closing = child.finally(() => (isClosed = true));
  await condition(() => isClosed, CLOSE_MS, { summary: 'Leg closes' });
  scope.cancel();
  await closing;
}

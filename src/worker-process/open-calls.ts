import { setTimeout as sleep } from 'node:timers/promises';

import { Client, type ConnectionLike } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';

import { quoted } from '../client/quoted';
import { CALL_TRANSFER_WORKFLOW } from '../contract/names';

/** How often Temporal is asked, milliseconds. */
const EVERY_MS = 15_000;
const ASK_LIMIT_MS = 5000;

/**
 * Records how many conversations of a task queue are open, those that wait for a reconnection included, until the signal
 * fires. Every worker of the task queue records the same figure.
 */
export async function recordOpenCalls(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  signal: AbortSignal,
): Promise<void> {
  const client = new Client({ connection, namespace });
  const gauge = Runtime.instance().metricMeter.createGauge(
    'call_transfer_open_conversations',
    'int',
    '1',
    'Conversations that are open, those that wait for a reconnection included',
  );
  const query = `WorkflowType = '${CALL_TRANSFER_WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = ${quoted(taskQueue)}`;
  const record = async () => {
    try {
      const { count } = await client.withDeadline(Date.now() + ASK_LIMIT_MS, () =>
        client.workflow.count(query),
      );
      gauge.set(count, { task_queue: taskQueue });
    } catch {
      // Next time: a figure that is missing is seen where the figures are watched.
    }
  };
  while (!signal.aborted) {
    await record();
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

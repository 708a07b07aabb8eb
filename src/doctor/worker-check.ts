import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, WorkflowFailedError, type DataConverter, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, ValueError } from '@temporalio/common';

import { failureTypes } from '../contract/failures';
import { CALL_TRANSFER_WORKFLOW } from '../contract/names';

import { Check } from './finding';
import { forget, type Place } from './temporal-checks';

const LIMIT_MS = 7000;
const LOOK_EVERY_MS = 200;

const SAME_KEYS =
  'CALL_TRANSFER_ENCRYPTION_KEYS (or _KEYS_FILE, _KEY_MODULE), CALL_TRANSFER_ENCRYPTION_MODE: workers, clients, gateway and codec server need the same keys';

/**
 * Starts a conversation that the worker must refuse before anything happens: its workflow id is not that of its conversation
 * id. The refusal shows that the worker takes tasks, reads what is written here, and writes what is read here.
 */
export async function checkWorker(place: Place, dataConverter: DataConverter | undefined): Promise<Check> {
  const { connection, namespace, taskQueue } = place;
  const check = new Check('worker');
  const client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  const id = randomUUID();
  const startedAt = performance.now();
  const handle = await client.workflow.start(CALL_TRANSFER_WORKFLOW, {
    taskQueue,
    workflowId: `call-transfer-doctor/${id}`,
    args: [{ conversationId: `doctor-${id}` }],
    workflowExecutionTimeout: '30 seconds',
  });
  const done = new AbortController();
  const refusal = handle.result().then(
    () => undefined,
    (error: unknown) => (error instanceof WorkflowFailedError ? error.cause : error),
  );
  try {
    const answer = await Promise.race([refusal, troubleOf(handle, done.signal)]);
    if (answer === 'silent') {
      return check.problem(
        `it took no task within ${LIMIT_MS / 1000} s, though it polls`,
        'It may be busy, or its version is not the current one: temporal worker deployment describe',
      );
    }
    if (answer === 'failing') {
      return check.problem('it cannot read what this environment writes: every call falls back', SAME_KEYS);
    }
    if (answer instanceof ValueError) {
      return check.problem('it encrypts, and this environment cannot read it', SAME_KEYS);
    }
    if (!(answer instanceof ApplicationFailure) || answer.type !== failureTypes.invalidInput) {
      return check.problem(
        'what it runs is not this package, or another version of it',
        'Look at who polls the task queue',
      );
    }
    return check.ok(`it answers, and both read each other; ${Math.round(performance.now() - startedAt)} ms`);
  } finally {
    done.abort();
    await handle.terminate('the doctor is done').catch(() => undefined);
    await forget(place, [handle]);
  }
}

/** Whether the worker's tasks fail, or whether there is nothing at all within the limit. */
async function troubleOf(handle: WorkflowHandle, signal: AbortSignal): Promise<'failing' | 'silent'> {
  const until = performance.now() + LIMIT_MS;
  while (performance.now() < until && !signal.aborted) {
    await sleep(LOOK_EVERY_MS);
    const { events } = await handle.fetchHistory();
    if (events?.some((event) => event.workflowTaskFailedEventAttributes)) return 'failing';
  }
  return 'silent';
}

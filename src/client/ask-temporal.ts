import { setTimeout as sleep } from 'node:timers/promises';

import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

import { refusalType } from '../contract/failures';

import { NoAnswerError } from './errors';
import { isPolled, nobodyPolls, type Served } from './task-queue';

/** Pause before Temporal is asked again for what it could not take. */
const PAUSE_MS = 100;

/** This long before the time is over, whoever has no answer yet finds out whether a worker is there, milliseconds. */
const EXPLAIN_MS = 200;

/** Faults that pass: the server restarts or has too much to do, or a conversation closes or changes its worker at this very moment. */
const passingCodes: readonly number[] = [
  8, // RESOURCE_EXHAUSTED
  9, // FAILED_PRECONDITION
  10, // ABORTED
  13, // INTERNAL
  14, // UNAVAILABLE
];

/**
 * Asks Temporal, and repeats until the deadline what it cannot take at this moment.
 *
 * @param deadline - epoch milliseconds; without one it is asked once, and may take any time
 * @returns `undefined` if the workflow is unknown, or is no longer open for what was asked of it
 * @throws ApplicationFailure if the workflow refused, see `refusalType`
 * @throws NoAnswerError
 */
export async function askTemporal<T>(
  served: Served,
  ask: () => Promise<T>,
  deadline?: number,
): Promise<T | undefined> {
  const ended = new AbortController();
  const nobody = deadline === undefined ? undefined : whoIsMissing(served, deadline, ended.signal);
  try {
    for (;;) {
      try {
        return await (deadline === undefined ? ask() : served.temporal.withDeadline(deadline, ask));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        if (!isPassing(error) || deadline === undefined || Date.now() + PAUSE_MS >= deadline) {
          ended.abort();
          throw toClientError(error, await nobody);
        }
      }
      await sleep(PAUSE_MS);
    }
  } finally {
    ended.abort();
  }
}

/** Shortly before the deadline, unless the signal fires before: what to say if no worker polls the task queue. */
async function whoIsMissing(
  served: Served,
  deadline: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await sleep(Math.max(0, deadline - EXPLAIN_MS - Date.now()), undefined, { signal });
    const polled = await served.temporal.withDeadline(deadline, () => isPolled(served));
    return polled ? undefined : nobodyPolls(served.taskQueue);
  } catch {
    return undefined;
  }
}

/** A query is answered so, too, if a workflow task is due or has failed: after the next one it is answered. */
const isQueryRefused = (error: unknown): boolean => error instanceof QueryNotRegisteredError;

const isPassing = (error: unknown): boolean =>
  isQueryRefused(error) || passingCodes.includes(grpcFault(error)?.code ?? 0);

const grpcFault = (error: unknown) => [error, (error as Error | undefined)?.cause].find(isGrpcServiceError);

function toClientError(error: unknown, nobody: string | undefined): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    // A refusal is what the caller needs: its type is the same in every language.
    if (refusalType(cause) !== undefined) return cause;
    return new NoAnswerError('The conversation ended before it had an answer', { cause: error });
  }
  if (error instanceof WorkflowFailedError) {
    // Terminated, or cancelled before it could decide: whoever waits takes their own fallback.
    return new NoAnswerError('The conversation ended without a decision', { cause: error });
  }
  const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error);
  if (!isLate && !isQueryRefused(error) && grpcFault(error) === undefined) return error;
  const why = isLate ? 'Temporal gave no answer in time' : 'Temporal could not be asked';
  return new NoAnswerError(nobody ?? why, { cause: error });
}

import { setTimeout as sleep } from 'node:timers/promises';

import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import { failureTypes } from '../contract/failures';

import { NoAnswerError } from './errors';

/** Pause before Temporal is asked again for what it could not take. */
const PAUSE_MS = 100;

/** Faults that pass: the server restarts or has too much to do, or a conversation closes or changes its worker at this very moment. */
const passingCodes: readonly number[] = [
  8, // RESOURCE_EXHAUSTED
  9, // FAILED_PRECONDITION
  10, // ABORTED
  13, // INTERNAL
  14, // UNAVAILABLE
];

const ourTypes: readonly unknown[] = Object.values(failureTypes);

/**
 * Asks Temporal, and repeats until the deadline what it cannot take at this moment.
 *
 * @param deadline - epoch milliseconds; without one it is asked once, and may take any time
 * @returns `undefined` where the workflow is unknown, or is no longer open for what was asked of it
 * @throws ApplicationFailure of one of `failureTypes` where the workflow refused
 * @throws NoAnswerError
 */
export async function askTemporal<T>(
  temporal: Client,
  ask: () => Promise<T>,
  deadline?: number,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await (deadline === undefined ? ask() : temporal.withDeadline(deadline, ask));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      const isPassing = passingCodes.includes(grpcFault(error)?.code ?? 0);
      if (!isPassing || deadline === undefined || Date.now() + PAUSE_MS >= deadline)
        throw toClientError(error);
    }
    await sleep(PAUSE_MS);
  }
}

const grpcFault = (error: unknown) => [error, (error as Error | undefined)?.cause].find(isGrpcServiceError);

function toClientError(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    // A refusal of ours is what the caller needs: its type is the same in every language.
    if (cause instanceof ApplicationFailure && ourTypes.includes(cause.type)) return cause;
    return new NoAnswerError('The conversation ended before it had an answer', { cause: error });
  }
  if (error instanceof WorkflowFailedError) {
    // Terminated, or cancelled before it could decide: whoever waits takes their own fallback.
    return new NoAnswerError('The conversation ended without a decision', { cause: error });
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error)) {
    return new NoAnswerError('Temporal gave no answer in time', { cause: error });
  }
  return grpcFault(error) === undefined
    ? error
    : new NoAnswerError('Temporal could not be asked', { cause: error });
}

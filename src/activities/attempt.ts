import { activityInfo, cancellationSignal, heartbeat, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import { AsappError, asappFailures, retryDelayMs } from '../asapp/error';
import { failureTypes } from '../contract/failures';

/** How long before the server an attempt ends by itself, in milliseconds: its own failure says more than a time-out. */
const HEAD_START_MS = 100;

/**
 * The frame of one attempt at a request to ASAPP: it tells Temporal that this worker is alive, ends with the activity's
 * hard limit by this worker's own clock, and fails as ASAPP's error asks for.
 *
 * Temporal would end it, too, but its timers may be a second late, and a caller waits. What the limit is counted from are
 * two times of the server: how far its clock is from this worker's does not matter.
 *
 * @param limitMs - a limit that is shorter than the activity's, counted from when it was scheduled. Default: none
 * @param run - gets a signal that ends it: the time is over, or nobody wants the answer any more
 */
export async function attempt<T>(run: (signal: AbortSignal) => Promise<T>, limitMs = Infinity): Promise<T> {
  const info = activityInfo();
  const spentMs = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  const over = new AbortController();
  const tooLate = new AsappError('unreachable', 'ASAPP gave no answer before the hard limit');
  const leftMs = Math.min(limitMs, info.scheduleToCloseTimeoutMs - HEAD_START_MS) - spentMs;
  const end = () => {
    over.abort(tooLate);
  };
  const limit = setTimeout(end, Math.max(0, leftMs));
  const alive = setInterval(heartbeat, (info.heartbeatTimeoutMs ?? 1000) / 4);
  try {
    return await run(AbortSignal.any([over.signal, cancellationSignal()]));
  } catch (error) {
    if (error === tooLate) {
      throw ApplicationFailure.nonRetryable(tooLate.message, failureTypes.deadlineExceeded);
    }
    if (error instanceof AsappError && error.kind === 'credentialsRefused') {
      const { status } = error;
      log.error('ASAPP refuses the credentials: every call falls back until they are mended', { status });
    }
    throw toFailure(error, info.attempt);
  } finally {
    clearTimeout(limit);
    clearInterval(alive);
  }
}

/**
 * What a failed request to ASAPP means to Temporal: its type, whether another attempt may help, and when.
 *
 * @param attempt - which attempt failed, 1 for the first
 */
export function toFailure(error: unknown, attempt: number): unknown {
  if (!(error instanceof AsappError)) return error;
  const delay = retryDelayMs(error, attempt);
  return ApplicationFailure.create({
    message: error.message,
    type: asappFailures[error.kind].type,
    nonRetryable: delay === undefined,
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

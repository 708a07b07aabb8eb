import type { AsappError, AsappErrorKind } from './error';

/**
 * Pauses before the first, second and third retry, in milliseconds, as ASAPP's rate-limit and error pages
 * ask for them; a lost connection is treated as a server's error. A kind that is not here is never retried.
 */
const pauses: Partial<Record<AsappErrorKind, readonly number[]>> = {
  rateLimited: [1000, 2000, 4000],
  serverError: [250, 500, 1000],
  unreachable: [250, 500, 1000],
};

/**
 * How long to wait before a failed request is sent again.
 *
 * `Retry-After` counts for a rate limit alone. After a server's error, somebody who is on the line is better
 * off with a quick next attempt than with a wait that only leads to the fallback.
 *
 * @param failedAttempt - which attempt failed, 1 for the first
 * @returns milliseconds, or `undefined` where it must not be sent again
 */
export function retryDelayMs(error: AsappError, failedAttempt: number): number | undefined {
  if (!error.wasSent) return undefined;
  const pause = pauses[error.kind]?.[failedAttempt - 1];
  if (pause === undefined) return undefined;
  return error.kind === 'rateLimited' ? (error.retryAfterMs ?? pause) : pause;
}

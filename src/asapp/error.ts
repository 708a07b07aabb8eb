import type { FailureType } from '../contract/failures';

/** How a request to ASAPP failed. */
export type AsappErrorKind =
  | 'unreachable'
  | 'rateLimited'
  | 'serverError'
  | 'credentialsRefused'
  | 'notFound'
  | 'requestRefused'
  | 'responseInvalid'
  | 'responseTooLarge'
  | 'callCeilingReached'
  | 'requestCeilingReached'
  | 'ceilingsUnavailable';

interface Meaning {
  /** The failure's type to Temporal. */
  type: FailureType;
  /** The result of the request in metrics. */
  result: string;
  /**
   * Pauses before the first, second and third retry, in milliseconds, as ASAPP's rate-limit and error pages ask for them:
   * if a failure says that ASAPP is down. After any other the request is never sent again.
   */
  pausesMs?: readonly number[];
}

/** What a kind of failure means: everything that is decided by it. */
export const asappFailures: Record<AsappErrorKind, Meaning> = {
  /** A lost connection is treated as a server's error. */
  unreachable: { type: 'AsappUnreachable', result: 'unreachable', pausesMs: [250, 500, 1000] },
  rateLimited: { type: 'AsappRateLimited', result: 'rate_limited', pausesMs: [1000, 2000, 4000] },
  serverError: { type: 'AsappServerError', result: 'server_error', pausesMs: [250, 500, 1000] },
  credentialsRefused: { type: 'AsappCredentialsRefused', result: 'credentials_refused' },
  notFound: { type: 'AsappTransferNotFound', result: 'not_found' },
  requestRefused: { type: 'AsappRequestRefused', result: 'request_refused' },
  responseInvalid: { type: 'AsappResponseInvalid', result: 'response_invalid' },
  responseTooLarge: { type: 'AsappResponseTooLarge', result: 'response_too_large' },
  callCeilingReached: { type: 'CallCeilingReached', result: 'call_ceiling' },
  requestCeilingReached: { type: 'RequestCeilingReached', result: 'request_ceiling' },
  ceilingsUnavailable: { type: 'CeilingsUnavailable', result: 'ceilings_unavailable' },
};

/**
 * A request to ASAPP that failed. Its message holds the method, the status and ASAPP's own error code and
 * request id, and never a credential, a phone number or a variable.
 */
export class AsappError extends Error {
  override readonly name = 'AsappError';

  constructor(
    readonly kind: AsappErrorKind,
    message: string,
    /** HTTP status, if there was an answer. */
    readonly status?: number,
    /** How long ASAPP asks to wait (`Retry-After`), in milliseconds. */
    readonly retryAfterMs?: number,
    /** Whether ASAPP was asked at all: not if a circuit is open, or a ceiling of the account is reached. */
    readonly wasSent = true,
  ) {
    super(message);
  }
}

/** Whether an error says that ASAPP is down, and not that one request is wrong. */
export const isOutage = (error: unknown): error is AsappError =>
  error instanceof AsappError && asappFailures[error.kind].pausesMs !== undefined;

/** What an HTTP status other than 200 means. */
export function errorKind(status: number): AsappErrorKind {
  if (status === 401 || status === 403) return 'credentialsRefused';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimited';
  if (status >= 500) return 'serverError';
  return status >= 400 ? 'requestRefused' : 'responseInvalid';
}

/**
 * How long to wait before a failed request is sent again.
 *
 * `Retry-After` counts for a rate limit alone. After a server's error, somebody who is on the line is better
 * off with a quick next attempt than with a wait that only leads to the fallback.
 *
 * @param failedAttempt - which attempt failed, 1 for the first
 * @returns milliseconds, or `undefined` if it must not be sent again
 */
export function retryDelayMs(error: AsappError, failedAttempt: number): number | undefined {
  const pause = error.wasSent ? asappFailures[error.kind].pausesMs?.[failedAttempt - 1] : undefined;
  return error.kind === 'rateLimited' && pause !== undefined ? (error.retryAfterMs ?? pause) : pause;
}

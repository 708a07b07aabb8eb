/** How a request to ASAPP failed. */
export type AsappErrorKind =
  | 'unreachable'
  | 'rateLimited'
  | 'serverError'
  | 'credentialsRefused'
  | 'notFound'
  | 'requestRefused'
  | 'responseInvalid'
  | 'callCeilingReached'
  | 'requestCeilingReached'
  | 'ceilingsUnavailable';

/**
 * A request to ASAPP that failed. Its message holds the method, the status and ASAPP's own error code and
 * request id, and never a credential, a phone number or a variable.
 */
export class AsappError extends Error {
  override readonly name = 'AsappError';

  constructor(
    readonly kind: AsappErrorKind,
    message: string,
    /** HTTP status, where there was an answer. */
    readonly status?: number,
    /** How long ASAPP asks to wait (`Retry-After`), in milliseconds. */
    readonly retryAfterMs?: number,
    /** Whether ASAPP was asked at all: not where a circuit is open, or a ceiling of the account is reached. */
    readonly wasSent = true,
  ) {
    super(message);
  }
}

/** Whether the account's own ceilings kept a request from being sent. */
export const isCeiling = (kind: AsappErrorKind): boolean =>
  kind === 'callCeilingReached' || kind === 'requestCeilingReached' || kind === 'ceilingsUnavailable';

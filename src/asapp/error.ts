/** How a request to ASAPP failed. */
export type AsappErrorKind =
  | 'unreachable'
  | 'rateLimited'
  | 'serverError'
  | 'credentialsRefused'
  | 'notFound'
  | 'requestRefused'
  | 'responseInvalid';

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
    /** Whether ASAPP was asked at all: a circuit breaker fails a request as those before it failed. */
    readonly wasSent = true,
  ) {
    super(message);
  }
}

import { ApplicationFailure } from '@temporalio/common';

import { AsappError, type AsappErrorKind } from '../asapp/error';
import { retryDelayMs } from '../asapp/retry-schedule';
import { failureTypes, type FailureType } from '../contract/failures';

const types: Record<AsappErrorKind, FailureType> = {
  unreachable: failureTypes.asappUnreachable,
  rateLimited: failureTypes.asappRateLimited,
  serverError: failureTypes.asappServerError,
  credentialsRefused: failureTypes.asappCredentialsRefused,
  notFound: failureTypes.asappTransferNotFound,
  requestRefused: failureTypes.asappRequestRefused,
  responseInvalid: failureTypes.asappResponseInvalid,
  callCeilingReached: failureTypes.callCeilingReached,
  requestCeilingReached: failureTypes.requestCeilingReached,
  ceilingsUnavailable: failureTypes.ceilingsUnavailable,
};

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
    type: types[error.kind],
    nonRetryable: delay === undefined,
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

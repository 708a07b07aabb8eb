import { ApplicationFailure } from '@temporalio/common';

import type { FallbackReason } from './outcomes';

/**
 * Types of the `ApplicationFailure`s that this package throws: what clients in any language see as the
 * failure's `type`. Names never change.
 */
export const failureTypes = {
  /** A field is missing or wrong; the message names it. Non-retryable. */
  invalidInput: 'InvalidInput',
  /** No leg of this conversation has the `transferId` that was sent. Non-retryable. */
  unknownLeg: 'UnknownLeg',
  /** Another leg of the conversation is still in progress. Ask again when it has ended. */
  legInProgress: 'LegInProgress',
  /** The leg's number was already used or is too old to dial: asking again for the same leg has no safe answer. */
  numberNotDialable: 'NumberNotDialable',
  /** The `transferId` was used before, by an ended transfer or another conversation. Use a new one. */
  transferIdConflict: 'TransferIdConflict',

  /** ASAPP could not be reached, cut the connection or did not answer in time. Retryable. */
  asappUnreachable: 'AsappUnreachable',
  /** ASAPP answered 429. Retryable. */
  asappRateLimited: 'AsappRateLimited',
  /** ASAPP answered 5xx. Retryable. */
  asappServerError: 'AsappServerError',
  /** ASAPP refused the credentials: 401 or 403. Non-retryable. */
  asappCredentialsRefused: 'AsappCredentialsRefused',
  /** ASAPP knows no transfer with this id: 404. Non-retryable. */
  asappTransferNotFound: 'AsappTransferNotFound',
  /** ASAPP refused the request: any other 4xx. Non-retryable. */
  asappRequestRefused: 'AsappRequestRefused',
  /** ASAPP's response does not fit its own description; the message names the field. Non-retryable. */
  asappResponseInvalid: 'AsappResponseInvalid',
  /** ASAPP's response is larger than what a decision may hold. Non-retryable. */
  asappResponseTooLarge: 'AsappResponseTooLarge',
  /** ASAPP was not asked: the conversation is not among those that may go to GenerativeAgent. Non-retryable. */
  notAdmitted: 'NotAdmitted',
  /** ASAPP was not asked: as many calls as the account may have are open. Non-retryable. */
  callCeilingReached: 'CallCeilingReached',
  /** ASAPP was not asked: the account's requests of this second, or of this day, are used up. Non-retryable. */
  requestCeilingReached: 'RequestCeilingReached',
  /** ASAPP was not asked: nobody could say whether the account is within its ceilings. Non-retryable. */
  ceilingsUnavailable: 'CeilingsUnavailable',
  /** The leg ended and ASAPP's books did not show it before the hard limit. Non-retryable. */
  resultPending: 'ResultPending',
  /** It was too late to ask. Non-retryable. */
  deadlineExceeded: 'DeadlineExceeded',
} as const;
export type FailureType = (typeof failureTypes)[keyof typeof failureTypes];

/** With these a conversation refuses a request or a report; the other types say why a request to ASAPP failed. */
const refusalTypes = [
  failureTypes.invalidInput,
  failureTypes.unknownLeg,
  failureTypes.legInProgress,
  failureTypes.numberNotDialable,
  failureTypes.transferIdConflict,
] as const;
export type RefusalType = (typeof refusalTypes)[number];

/**
 * The type of a refusal; undefined for any other error. The class does not tell: Temporal uses it for its own errors, such as
 * the answer to an update whose workflow was terminated.
 */
export function refusalType(error: unknown): RefusalType | undefined {
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  return refusalTypes.find((known) => known === type);
}

const reasons: Partial<Record<FailureType, FallbackReason>> = {
  [failureTypes.asappUnreachable]: 'ASAPP_UNREACHABLE',
  [failureTypes.asappRateLimited]: 'ASAPP_RATE_LIMITED',
  [failureTypes.asappServerError]: 'ASAPP_SERVER_ERROR',
  [failureTypes.asappCredentialsRefused]: 'ASAPP_CREDENTIALS_REFUSED',
  [failureTypes.asappTransferNotFound]: 'ASAPP_TRANSFER_NOT_FOUND',
  [failureTypes.asappRequestRefused]: 'ASAPP_REQUEST_REFUSED',
  [failureTypes.asappResponseInvalid]: 'ASAPP_RESPONSE_INVALID',
  [failureTypes.asappResponseTooLarge]: 'ASAPP_RESPONSE_TOO_LARGE',
  [failureTypes.notAdmitted]: 'NOT_ADMITTED',
  [failureTypes.callCeilingReached]: 'CALL_CEILING_REACHED',
  [failureTypes.requestCeilingReached]: 'REQUEST_CEILING_REACHED',
  [failureTypes.ceilingsUnavailable]: 'CEILINGS_UNAVAILABLE',
  [failureTypes.transferIdConflict]: 'TRANSFER_ID_CONFLICT',
  [failureTypes.resultPending]: 'RESULT_STILL_PENDING',
};

/**
 * Why the customer falls back, after a request to ASAPP failed.
 *
 * @param type - the failure's
 * @param timedOut - the reason if nothing but the time ran out
 */
export function reasonOf(type: string | null | undefined, timedOut: FallbackReason): FallbackReason {
  if (type === failureTypes.deadlineExceeded) return timedOut;
  return reasons[type as FailureType] ?? 'INTERNAL_ERROR';
}

import { failureTypes, type FailureType } from './failures';
import type { FallbackReason } from './outcomes';

const reasons: Partial<Record<FailureType, FallbackReason>> = {
  [failureTypes.asappUnreachable]: 'ASAPP_UNREACHABLE',
  [failureTypes.asappRateLimited]: 'ASAPP_RATE_LIMITED',
  [failureTypes.asappServerError]: 'ASAPP_SERVER_ERROR',
  [failureTypes.asappCredentialsRefused]: 'ASAPP_CREDENTIALS_REFUSED',
  [failureTypes.asappTransferNotFound]: 'ASAPP_TRANSFER_NOT_FOUND',
  [failureTypes.asappRequestRefused]: 'ASAPP_REQUEST_REFUSED',
  [failureTypes.asappResponseInvalid]: 'ASAPP_RESPONSE_INVALID',
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
 * @param timedOut - the reason where nothing but the time ran out
 */
export function reasonOf(type: string | null | undefined, timedOut: FallbackReason): FallbackReason {
  if (type === failureTypes.deadlineExceeded) return timedOut;
  return reasons[type as FailureType] ?? 'INTERNAL_ERROR';
}

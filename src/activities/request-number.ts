import { ApplicationFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import { failureTypes } from '../contract/failures';
import type { AssignedNumber } from '../contract/transfer';

import type { RequestNumberInput } from './types';

/**
 * Creates the transfer and answers its number.
 *
 * Only an `ACTIVE` transfer of this very conversation has a number to hand out. Any other state under the
 * id means that it was used before: its number is released, and may already be a stranger's.
 */
export async function requestNumber(
  asapp: CallTransfers,
  { transferId, conversationId, country, inputContext }: RequestNumberInput,
  dialMarginMs: number,
): Promise<AssignedNumber> {
  const transfer = await asapp.create({ transferId, conversationId, country, inputContext });
  if (transfer.externalConversationId !== conversationId) {
    throw conflict(`transferId: ${transferId} belongs to another conversation`);
  }
  if (transfer.status !== 'ACTIVE') {
    throw conflict(`transferId: ${transferId} was used before, its transfer is ${transfer.status}`);
  }
  if (transfer.phoneNumber === undefined) {
    throw ApplicationFailure.nonRetryable(
      'ASAPP answered a transfer without a number: phoneNumber: is missing',
      failureTypes.asappResponseInvalid,
    );
  }
  const expiresAt = Date.parse(transfer.phoneNumber.expiresAt);
  return {
    transferNumber: transfer.phoneNumber.transferNumber,
    country: transfer.phoneNumber.country ?? country,
    expiresAt,
    dialBy: expiresAt - dialMarginMs,
  };
}

const conflict = (message: string) =>
  ApplicationFailure.nonRetryable(message, failureTypes.transferIdConflict);

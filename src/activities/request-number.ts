import { ApplicationFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import { failureTypes } from '../contract/failures';
import type { AssignedNumber } from '../contract/transfer';

import type { RequestNumberInput } from './types';

/**
 * Creates the transfer and answers its number.
 *
 * Only an `ACTIVE` transfer of this very conversation has a number to hand out. Any other under an id that
 * existed means that the id was used before: its number is released, and may already be a stranger's.
 */
export async function requestNumber(
  asapp: CallTransfers,
  { transferId, conversationId, country, inputContext }: RequestNumberInput,
  dialMarginMs: number,
): Promise<AssignedNumber> {
  const { transfer, existed } = await asapp.create({ transferId, conversationId, country, inputContext });
  const unusable = existed ? conflict : invalid;
  if (transfer.externalConversationId !== conversationId) {
    throw unusable(`transferId: ${transferId} belongs to another conversation`);
  }
  if (transfer.status !== 'ACTIVE') {
    throw unusable(`transferId: ${transferId} is not new, its transfer is ${transfer.status}`);
  }
  if (transfer.phoneNumber === undefined) throw invalid('phoneNumber: is missing');
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

const invalid = (what: string) =>
  ApplicationFailure.nonRetryable(
    `ASAPP answered a transfer that cannot be used: ${what}`,
    failureTypes.asappResponseInvalid,
  );

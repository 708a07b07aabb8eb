import { ApplicationFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import { failureTypes } from '../contract/failures';
import type { TransferSnapshot } from '../contract/transfer';

import type { FetchTransferInput } from './types';

/** Reads a transfer. */
export async function fetchTransfer(
  asapp: CallTransfers,
  { leg: { transferId }, conversationId }: FetchTransferInput,
): Promise<TransferSnapshot> {
  const transfer = await asapp.get(transferId);
  if (transfer.externalConversationId !== conversationId) {
    throw ApplicationFailure.nonRetryable(
      `transferId: ${transferId} belongs to another conversation`,
      failureTypes.transferIdConflict,
    );
  }
  const { outputContext } = transfer;
  return {
    status: transfer.status,
    callReceivedAt: instant(transfer.callReceivedAt),
    completedAt: instant(transfer.completedAt),
    outputContext: outputContext
      ? {
          transferType: outputContext.transferType,
          currentTaskName: outputContext.currentTaskName ?? null,
          referenceVariables: outputContext.referenceVariables ?? {},
          transferVariables: outputContext.transferVariables ?? {},
        }
      : null,
  };
}

const instant = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));

import { ApplicationFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import { failureTypes } from '../contract/failures';
import type { TransferSnapshot } from '../contract/transfer';

import type { FetchTransferInput } from './types';

/** Pauses between looks at a result that is not there yet, in milliseconds; the last one repeats. */
const POLL_MS = [250, 500, 1000] as const;

/**
 * Reads a transfer.
 *
 * @param attempt - how many times it was read before and now, 1 for the first
 */
export async function fetchTransfer(
  asapp: CallTransfers,
  { leg: { transferId }, conversationId, untilEnded }: FetchTransferInput,
  attempt: number,
): Promise<TransferSnapshot> {
  const transfer = await asapp.get(transferId);
  if (transfer.externalConversationId !== conversationId) {
    throw ApplicationFailure.nonRetryable(
      `transferId: ${transferId} belongs to another conversation`,
      failureTypes.transferIdConflict,
    );
  }
  if (untilEnded && (transfer.status === 'ACTIVE' || transfer.status === 'ONGOING')) {
    throw ApplicationFailure.create({
      message: `ASAPP still shows the transfer as ${transfer.status}`,
      type: failureTypes.resultPending,
      nextRetryDelay: POLL_MS[Math.min(attempt, POLL_MS.length) - 1] ?? POLL_MS[0],
    });
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

import { setTimeout as sleep } from 'node:timers/promises';

import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import type { CallTransferResource } from '../asapp/resource';
import { failureTypes } from '../contract/failures';
import type { TransferSnapshot } from '../contract/transfer';
import { applyLegEvent } from '../leg/apply-leg-event';
import type { LegEnd, LegState } from '../leg/leg-state';

import type { FetchContextInput } from './types';

/** Pauses before further polls of a result that is not there yet, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1000] as const;

/**
 * Reads a transfer; on request again and again until ASAPP's answer ends the leg, which may be a while after the phone
 * system has noticed the hangup. The pauses are made here: those between the attempts of an activity may be a second
 * longer than asked for, and a caller waits.
 *
 * @throws ApplicationFailure of type `ResultPending` if the time was over while ASAPP showed no end
 */
export async function fetchContext(
  asapp: CallTransfers,
  { request: { conversationId, transferId }, leg, untilEnded }: FetchContextInput,
  signal: AbortSignal,
): Promise<TransferSnapshot> {
  let pending: ApplicationFailure | undefined;
  try {
    for (let polls = 0; ; polls++) {
      const transfer = await asapp.get(transferId, { signal });
      if ((transfer.externalConversationId ?? conversationId) !== conversationId) {
        throw failure('transferIdConflict', `transferId: ${transferId} belongs to another conversation`);
      }
      const snapshot = snapshotOf(transfer);
      if (!untilEnded || endAfter(leg, snapshot) !== null) return snapshot;
      pending = failure('resultPending', `ASAPP still shows the transfer as ${transfer.status}`);
      await sleep(PAUSES_MS[Math.min(polls, PAUSES_MS.length - 1)], undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    // An attempt that is cancelled, such as by the shutdown of its worker, says nothing of the result: another goes on.
    throw signal.reason instanceof CancelledFailure ? signal.reason : (pending ?? error);
  }
}

/** How a leg ends by ASAPP's answer, if it does: by the fold that the workflow will do. Its times are the workflow's to set. */
export const endAfter = (leg: LegState, transfer: TransferSnapshot): LegEnd | null =>
  applyLegEvent(leg, {
    type: 'transferSeen',
    transfer,
    // A time of the server's, as all in the leg: none of this worker's is compared with it.
    now: leg.disconnect?.reportedAt ?? leg.requestedAt,
  }).end;

const failure = (type: 'resultPending' | 'transferIdConflict', message: string) =>
  ApplicationFailure.nonRetryable(message, failureTypes[type]);

function snapshotOf(transfer: CallTransferResource): TransferSnapshot {
  const { status, callReceivedAt = null, completedAt = null, outputContext: output } = transfer;
  const outputContext = output && {
    transferType: output.transferType ?? null,
    currentTaskName: output.currentTaskName ?? null,
    referenceVariables: output.referenceVariables ?? {},
    transferVariables: output.transferVariables ?? {},
  };
  return { status, callReceivedAt, completedAt, outputContext: outputContext ?? null };
}

import { ApplicationFailure } from '@temporalio/common';

import { failureTypes } from '../contract/failures';
import type { TransferSnapshot } from '../contract/transfer';

import { pause, unlessEnded } from './pause';

/** Pauses before further looks at a result that is not there yet, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1000] as const;

/**
 * Looks at a transfer until ASAPP's books show its end.
 *
 * The pauses are made here: those between the attempts of an activity are up to a second longer than asked for, and
 * somebody waits.
 *
 * @param look - one look at ASAPP
 * @param paused - whether there was a look just before, so that it begins with a pause
 * @param signal - ends it
 * @throws ApplicationFailure of type `ResultPending` where it was ended while ASAPP showed no end
 */
export async function awaitEnd(
  look: () => Promise<TransferSnapshot>,
  { paused, signal }: { paused: boolean; signal: AbortSignal },
): Promise<TransferSnapshot> {
  let pending: ApplicationFailure | undefined;
  try {
    for (let looks = paused ? 1 : 0; ; looks++) {
      const pauseMs = PAUSES_MS[Math.min(looks, PAUSES_MS.length) - 1];
      if (pauseMs !== undefined) await pause(pauseMs, signal);
      const transfer = await unlessEnded(look(), signal);
      if (transfer.status !== 'ACTIVE' && transfer.status !== 'ONGOING') return transfer;
      pending = ApplicationFailure.nonRetryable(
        `ASAPP still shows the transfer as ${transfer.status}`,
        failureTypes.resultPending,
      );
    }
  } catch (error) {
    throw signal.aborted && pending !== undefined ? pending : error;
  }
}

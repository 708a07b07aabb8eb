import type { TransferSnapshot } from '../contract/transfer';
import { applyLegEvent } from '../leg/apply-leg-event';
import type { LegEnd, LegState } from '../leg/leg-state';

/** How a leg ends by ASAPP's answer, if it does: by the fold that the workflow will do. Its times are the workflow's to set. */
export const endAfter = (leg: LegState, transfer: TransferSnapshot): LegEnd | null =>
  applyLegEvent(leg, {
    type: 'transferSeen',
    transfer,
    // A time of the server's, as all in the leg: none of this worker's is compared with it.
    now: leg.disconnect?.reportedAt ?? leg.requestedAt,
  }).end;

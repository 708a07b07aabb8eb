import { activityInfo } from '@temporalio/activity';

import type { TransferSnapshot } from '../contract/transfer';
import { applyLegEvent } from '../leg/apply-leg-event';
import type { LegEnd, LegState } from '../leg/leg-state';

/** How a leg ends by ASAPP's answer, if it does: by the fold that the workflow will do, on the server's clock. */
export const endAfter = (leg: LegState, transfer: TransferSnapshot): LegEnd | null =>
  applyLegEvent(leg, {
    type: 'transferSeen',
    transfer,
    now: activityInfo().currentAttemptScheduledTimestampMs,
  }).end;

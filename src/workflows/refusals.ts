/** What the workflow refuses: asks that have no safe answer, or none that whoever asks could use. */
import { ApplicationFailure } from '@temporalio/common';

import { failureTypes } from '../contract/failures';
import type { LegState } from '../leg/leg-state';

export const legInProgress = (transferId: string) =>
  ApplicationFailure.nonRetryable(
    `transferId: another leg of this conversation is still in progress: ${transferId}`,
    failureTypes.legInProgress,
  );

export const unknownLeg = (transferId: string) =>
  ApplicationFailure.nonRetryable(
    `transferId: this conversation has no leg ${transferId}`,
    failureTypes.unknownLeg,
  );

export const transferIdConflict = (transferId: string) =>
  ApplicationFailure.nonRetryable(
    `transferId: ${transferId} was used before, by an ended transfer or another conversation; use a new one`,
    failureTypes.transferIdConflict,
  );

export const numberNotDialable = ({ transferId }: LegState) =>
  ApplicationFailure.nonRetryable(
    `transferId: ${transferId} is connected already, and its number released`,
    failureTypes.numberNotDialable,
  );

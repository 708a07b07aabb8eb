import { defineSignal } from '@temporalio/workflow';

import type { LegEvent, LegState } from '../leg/leg-state';

/** From a leg in a workflow of its own to its conversation: its state, and how many reports it has heard. */
export const legToldSignal =
  defineSignal<[transferId: string, state: LegState, heard: number]>('callTransferLegTold');

/** From a conversation to such a leg: all that call control reported of it, oldest first. */
export const legReportsSignal = defineSignal<[reports: LegEvent[]]>('callTransferLegReports');

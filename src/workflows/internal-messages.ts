import { defineSignal } from '@temporalio/workflow';

import type { LegEvent } from '../leg/leg-state';

import type { LegOrder } from './leg';

/**
 * Between a conversation and its reconnection legs only: what the one has learned and the other must know.
 * Both fold the same events, so both see the same leg.
 */
export const legEventSignal = defineSignal<[transferId: string, event: LegEvent]>('callTransferLegEvent');

/** From a conversation to a leg. */
export const legOrderSignal = defineSignal<[order: LegOrder]>('callTransferLegOrder');

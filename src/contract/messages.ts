import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

import type { ConversationView } from './conversation-view';
import type { NextStep } from './next-step';
import type { ConnectReport, DisconnectReport } from './telephony-events';
import type { TransferRequest } from './transfer-request';

/** Start or reconnect: answered with a number to dial, or with a decision. Sent with Update-with-Start. */
export const requestTransferUpdate = defineUpdate<NextStep, [request: TransferRequest]>('requestTransfer');

/** Hangup in, decision out. */
export const reportDisconnectUpdate = defineUpdate<NextStep, [report: DisconnectReport]>('reportDisconnect');

/** The dialled leg was answered. */
export const connectedSignal = defineSignal<[ConnectReport]>('connected');

/** The leg ended, from a system that only fires and forgets. */
export const disconnectedSignal = defineSignal<[DisconnectReport]>('disconnected');

/** The state of the conversation, every leg with its times. */
export const conversationQuery = defineQuery<ConversationView>('conversation');

/** Legs for tests of the pure fold: events by short names, at seconds after the request. */
import type { ConversationSettings } from '../../src/contract/default-settings';
import { defaultSettings } from '../../src/contract/default-settings';
import type { FallbackReason } from '../../src/contract/outcomes';
import type { HangupParty } from '../../src/contract/telephony-events';
import type { LegContext, TransferSnapshot } from '../../src/contract/transfer';
import { applyLegEvent, newLeg, type LegEvent, type LegState } from '../../src/leg/leg-state';

export const TRANSFER_ID = 'conv-1-a';
export const REQUESTED_AT = Date.parse('2025-06-19T13:38:00Z');

/** Epoch milliseconds, so many seconds after the request. */
export const at = (seconds: number): number => REQUESTED_AT + seconds * 1000;

/** The number that `numberAssigned` assigns: it expires after 60 s and may be dialled for 48 s. */
export const NUMBER = {
  transferNumber: '+19991234',
  country: 'US',
  expiresAt: at(60),
  dialBy: at(48),
};

export const BILLING: LegContext = {
  currentTaskName: 'billing',
  referenceVariables: { isVerified: true },
  transferVariables: { vip: 'true' },
};

export const settings = (more: Partial<ConversationSettings> = {}): ConversationSettings => ({
  ...defaultSettings,
  ...more,
});

export const numberAssigned = (seconds: number): LegEvent => ({
  type: 'numberAssigned',
  number: NUMBER,
  now: at(seconds),
});

export const numberUnavailable = (seconds: number, reason: FallbackReason): LegEvent => ({
  type: 'numberUnavailable',
  reason,
  now: at(seconds),
});

/** Heard of at `seconds`; it happened then, or at `happened`. */
export const connected = (seconds: number, happened = seconds): LegEvent => ({
  type: 'connected',
  at: at(happened),
  now: at(seconds),
});

export const disconnected = (
  seconds: number,
  { by = 'UNKNOWN', cause = 'NORMAL' }: { by?: HangupParty; cause?: string } = {},
): LegEvent => ({ type: 'disconnected', by, cause, at: at(seconds), now: at(seconds) });

/** ASAPP's answer to a look. */
export const seen = (
  seconds: number,
  status: TransferSnapshot['status'],
  more: Partial<TransferSnapshot> = {},
): LegEvent => ({
  type: 'transferSeen',
  transfer: { status, callReceivedAt: null, completedAt: null, outputContext: null, ...more },
  now: at(seconds),
});

/** ASAPP's answer about a leg that GenerativeAgent ended. */
export const escalated = (seconds: number, transferType: string): LegEvent =>
  seen(seconds, 'COMPLETED', {
    callReceivedAt: at(5),
    completedAt: at(seconds),
    outputContext: { transferType, ...BILLING },
  });

export const checkFailed = (seconds: number): LegEvent => ({ type: 'checkFailed', now: at(seconds) });

export const askedTooLate = (seconds: number): LegEvent => ({ type: 'askedTooLate', now: at(seconds) });

export const resultUnavailable = (seconds: number, reason: FallbackReason): LegEvent => ({
  type: 'resultUnavailable',
  reason,
  now: at(seconds),
});

export const callDurationExceeded = (seconds: number): LegEvent => ({
  type: 'callDurationExceeded',
  now: at(seconds),
});

export const cancelled = (seconds: number): LegEvent => ({ type: 'cancelled', now: at(seconds) });

/** A new leg after these events. */
export const legAfter = (...events: LegEvent[]): LegState =>
  events.reduce(applyLegEvent, newLeg(TRANSFER_ID, REQUESTED_AT));

/** A leg with a number after these events. */
export const dialledLegAfter = (...events: LegEvent[]): LegState => legAfter(numberAssigned(1), ...events);

/** Legs for tests of the pure fold: events by short names, at seconds after the request. */
import type { FallbackReason } from '../../src/contract/outcomes';
import { defaultSettings, type ConversationSettings } from '../../src/contract/settings';
import type { HangupParty } from '../../src/contract/telephony-events';
import type { LegContext, TransferSnapshot } from '../../src/contract/transfer';
import type { AssignedTransport } from '../../src/contract/transport';
import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg, type LegEvent, type LegEventOf, type LegState } from '../../src/leg/leg-state';

export const TRANSFER_ID = 'conv-1-a';
export const REQUESTED_AT = Date.parse('2025-06-19T13:38:00Z');

/** Epoch milliseconds, so many seconds after the request. */
export const at = (seconds: number): number => REQUESTED_AT + seconds * 1000;

/** What `assigned` assigns: it expires after 60 s and may be dialled for 48 s. */
export const TRANSPORT: AssignedTransport = {
  destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' },
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

export const assigned = (seconds: number, transport = TRANSPORT): LegEvent => ({
  type: 'assigned',
  transport,
  now: at(seconds),
});

export const unavailable = (seconds: number, reason: FallbackReason): LegEvent => ({
  type: 'unavailable',
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
  { by = 'UNKNOWN', cause = 'NORMAL', ...more }: DisconnectDetails = {},
): LegEvent => ({
  type: 'disconnected',
  by,
  cause,
  at: at(more.happened ?? seconds),
  now: at(seconds),
  ...(more.answerWithinMs === undefined ? {} : { answerWithinMs: more.answerWithinMs }),
});

interface DisconnectDetails {
  by?: HangupParty;
  cause?: string;
  /** Seconds after the request; when it was heard of unless given. */
  happened?: number;
  answerWithinMs?: number;
}

/** ASAPP's answer to a check. */
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

export const checkRequested = (seconds: number): LegEventOf<'checkRequested'> => ({
  type: 'checkRequested',
  now: at(seconds),
});

export const outOfTime = (seconds: number): LegEventOf<'outOfTime'> => ({
  type: 'outOfTime',
  now: at(seconds),
});

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
export const dialledLegAfter = (...events: LegEvent[]): LegState => legAfter(assigned(1), ...events);

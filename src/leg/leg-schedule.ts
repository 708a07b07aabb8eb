import type { ConversationSettings } from '../contract/default-settings';

import type { LegState } from './leg-state';

/** When a leg that waits for call control must be looked at, though nothing was reported. */
export interface Wake {
  /** Epoch milliseconds; not after now where the look is due already. */
  at: number;
  /** What the timer is for, shown in the Web UI. */
  summary: string;
  /** True where the call has lasted too long, whatever ASAPP says. */
  final: boolean;
}

const RECHECK_MS = [1000, 2000, 4000, 8000] as const;

/**
 * The next look at a leg that is dialling or connected.
 *
 * A connected leg is looked at sparsely, because each look costs one request of ASAPP's daily quota; a
 * number's expiry and a late connect at once, and then after 1, 2, 4, 8, 8 … seconds.
 */
export function nextWake(leg: LegState, settings: ConversationSettings, now: number): Wake {
  if (leg.phase === 'CONNECTED' && leg.connectedAt !== null) {
    const limit = leg.connectedAt + settings.maxCallDurationMs;
    const check = (leg.checkedAt ?? leg.connectedAt) + settings.statusCheckIntervalMs;
    return check < limit
      ? { at: check, summary: 'Look whether the call still goes on', final: false }
      : { at: limit, summary: 'Maximum call duration', final: true };
  }
  const expiresAt = leg.number?.expiresAt ?? now;
  const due = leg.connectUnverified
    ? leg.checkedAt === null
    : leg.checkedAt === null || leg.checkedAt < expiresAt;
  if (due) return { at: leg.connectUnverified ? now : expiresAt, summary: 'Number expires', final: false };
  const pause = RECHECK_MS[Math.min(leg.checks, RECHECK_MS.length) - 1] ?? RECHECK_MS[0];
  return { at: (leg.checkedAt ?? now) + pause, summary: 'Look again at the expired number', final: false };
}

/** When the decision on a disconnected leg is due, epoch milliseconds: at the hard limit, or before whoever asked gives up. */
export const decideBy = (
  { disconnect }: LegState,
  { disconnectDeadlineMs }: Pick<ConversationSettings, 'disconnectDeadlineMs'>,
): number =>
  (disconnect?.reportedAt ?? 0) + Math.min(disconnectDeadlineMs, disconnect?.answerWithinMs ?? Infinity);

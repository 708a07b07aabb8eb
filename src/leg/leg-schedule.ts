import type { ConversationSettings } from '../contract/settings';

import type { LegState } from './leg-state';

/** What a leg that waits for call control does next, though nothing was reported: a check of ASAPP now, or a wait. */
export type Wake =
  | {
      check: true;
      /** The call has lasted too long, whatever ASAPP says. */
      final: boolean;
    }
  | {
      check: false;
      /** Until then, epoch milliseconds. */
      at: number;
      /** What the timer is for, shown in the Web UI. */
      summary: string;
    };

const FIRST_RECHECK_MS = 1000;
const LONGEST_RECHECK_MS = 8000;

/**
 * The next check of a leg that is dialling or connected.
 *
 * A connected leg is checked sparsely, because each check costs one request of ASAPP's daily quota; a number's expiry at
 * once, and then after 1, 2, 4, 8, 8 … seconds. A connect does not move the timer of the expiry: it finds nothing to do.
 */
export function nextWake(leg: LegState, settings: ConversationSettings, now: number): Wake {
  if (leg.checkWanted) return { check: true, final: false };
  const expiresAt = leg.assigned?.expiresAt ?? now;
  if (leg.upSince === null) {
    const checkedAt = leg.checkedAt ?? 0;
    if (checkedAt < expiresAt) return wakeAt(expiresAt, 'Number expires', now);
    const pause = Math.min(FIRST_RECHECK_MS * 2 ** (leg.checks - 1), LONGEST_RECHECK_MS);
    return wakeAt(checkedAt + pause, 'Check the expired number again', now);
  }
  const limit = leg.upSince + settings.maxCallDurationMs;
  const check = (leg.checkedAt ?? leg.upSince) + settings.statusCheckIntervalMs;
  if (now < expiresAt && expiresAt < Math.min(check, limit)) return wakeAt(expiresAt, 'Number expires', now);
  return check < limit
    ? wakeAt(check, 'Check whether the call still goes on', now)
    : wakeAt(limit, 'Maximum call duration', now, true);
}

const wakeAt = (at: number, summary: string, now: number, final = false): Wake =>
  now < at ? { check: false, at, summary } : { check: true, final };

/**
 * When the decision on a disconnected leg is due, epoch milliseconds: at the hard limit, or before call control gives up.
 * `Infinity` for a leg that nobody has reported over.
 */
export const decideBy = (
  { disconnect }: LegState,
  { disconnectDeadlineMs }: Pick<ConversationSettings, 'disconnectDeadlineMs'>,
): number =>
  disconnect === null
    ? Infinity
    : disconnect.reportedAt + Math.min(disconnectDeadlineMs, disconnect.answerWithinMs ?? Infinity);

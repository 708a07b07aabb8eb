import type { DisconnectCause } from '../contract/disconnect-cause';
import type { FallbackReason } from '../contract/outcomes';

interface CauseMeaning {
  /** Of two reports of one hangup, the cause with the higher rank counts. */
  rank: number;
  /** Why the customer falls back, if nobody was reached. */
  reason: FallbackReason;
  /** Whether it only comes before an answer. After the others ASAPP is asked whether the call was up. */
  neverAnswered: boolean;
}

const causes = new Map<DisconnectCause, CauseMeaning>([
  ['FAILED', { rank: 1, reason: 'DIAL_FAILED', neverAnswered: false }],
  ['NO_ANSWER', { rank: 2, reason: 'DIAL_NO_ANSWER', neverAnswered: true }],
  ['REJECTED', { rank: 3, reason: 'DIAL_REJECTED', neverAnswered: true }],
  ['BUSY', { rank: 4, reason: 'DIAL_BUSY', neverAnswered: true }],
  ['CANCELLED', { rank: 5, reason: 'DIAL_FAILED', neverAnswered: true }],
]);

/** What a cause says about the dial; `undefined` for `NORMAL` and for a phone system's own words, which count as that. */
export const meaningOf = (cause: string): CauseMeaning | undefined => causes.get(cause);

/** Why the customer falls back if the dialled leg was never up; `undefined` if the cause speaks of no failed dial. */
export const dialFailureOf = (cause: string): FallbackReason | undefined =>
  cause === 'CANCELLED' ? undefined : meaningOf(cause)?.reason;

/** The cause that counts of two reports. */
export const strongerCause = (a: string, b: string): string =>
  (meaningOf(b)?.rank ?? 0) > (meaningOf(a)?.rank ?? 0) ? b : a;

import type { DialableLeg } from '../contract/next-step';

/** How long a phone system lets GenerativeAgent's number ring, seconds: it answers at once, or something is wrong. */
export const RING_SECONDS = 20;

/**
 * How long the number may ring, in whole seconds, at least 1: a call that is answered after the number has
 * expired could reach a stranger's conversation. Counted until `dialBy`, so that the margin after it is left for
 * what the phone system itself adds.
 */
export function ringSeconds({ dialBy }: DialableLeg, now: number): number {
  return Math.max(1, Math.min(RING_SECONDS, Math.floor((Date.parse(dialBy) - now) / 1000)));
}

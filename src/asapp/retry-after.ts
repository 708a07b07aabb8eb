/** The only dates that may stand there, such as `Sun, 06 Nov 1994 08:49:37 GMT`, in the form that must be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** 24 h: a daily quota lasts for the rest of the day, and no wait is longer. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * How long the header `Retry-After` asks to wait: whole seconds, or until a date (RFC 9110, section 10.2.3).
 *
 * @param now - epoch milliseconds
 * @returns milliseconds, from 0 for a date that has passed to 24 h; `undefined` where nothing can be read
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const until = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  const delay = /^\d+$/.test(value) ? Number(value) * 1000 : until - now;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(0, delay), LONGEST_MS);
}

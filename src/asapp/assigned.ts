import type { z } from 'zod';

import type { Destination, RequestedTransport } from '../contract/transport';

import type { assignedNumberSchema } from './resource';

/** What ASAPP assigned. Its expiry is a lifetime: two times of ASAPP's clock, which is never compared with another. */
export interface Assigned {
  destination: Destination;
  /** From its creation to its expiry, milliseconds; `undefined` if ASAPP does not say when it was created. */
  lifetimeMs: number | undefined;
  /** What was left of it when ASAPP answered, milliseconds. */
  leftMs: number;
}

/** The header `Date` has whole seconds: the answer is up to one second younger than it says. */
const DATE_RESOLUTION_MS = 1000;
/** The lifetime that ASAPP documents as its default. */
const DEFAULT_LIFETIME_MS = 60_000;

/**
 * What an answer assigns.
 *
 * @param date - the answer's header `Date`
 * @param now - this process's clock, epoch milliseconds: only where ASAPP's own says nothing, as HTTP lets no server with
 *   a clock; then no number lives longer than ASAPP's default
 */
export function assignedIn(
  { createdAt, phoneNumber }: z.output<typeof assignedNumberSchema>,
  expiresAt: number,
  requested: RequestedTransport,
  { date, now }: { date: string | undefined; now: number },
): Assigned {
  const answeredAt = Date.parse(date ?? '');
  const { transferNumber, country = requested.country } = phoneNumber;
  return {
    destination: { type: 'PHONE_NUMBER', transferNumber, country },
    lifetimeMs: createdAt === undefined ? undefined : expiresAt - createdAt,
    leftMs: Number.isNaN(answeredAt)
      ? Math.min(expiresAt - now, DEFAULT_LIFETIME_MS)
      : expiresAt - answeredAt - DATE_RESOLUTION_MS,
  };
}

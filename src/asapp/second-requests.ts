import { setTimeout as sleep } from 'node:timers/promises';

import type { CallTransfers, RequestLimits } from './port';

/** After how long without an answer a second request begins, in milliseconds: late enough that an ASAPP which is merely slow is asked once. */
const AFTER_MS = { create: 2500, get: 1750 };

/**
 * Asks a second time beside a request that takes long, which may be lost, and is not given up: whichever answers first is
 * the answer. A repeated POST is safe: its 409 says that the first got through.
 */
export const withSecondRequests = (asapp: CallTransfers, afterMs = AFTER_MS): CallTransfers => ({
  create: (transfer, limits) => firstAnswer(afterMs.create, limits, (both) => asapp.create(transfer, both)),
  get: (transferId, limits) => firstAnswer(afterMs.get, limits, (both) => asapp.get(transferId, both)),
});

const SLOW = Symbol('slow');

async function firstAnswer<T>(
  afterMs: number,
  { signal, ...limits }: RequestLimits = {},
  send: (limits: RequestLimits) => Promise<T>,
): Promise<T> {
  const answered = new AbortController();
  const ended = signal === undefined ? answered.signal : AbortSignal.any([signal, answered.signal]);
  const request = () => send({ ...limits, signal: ended });
  try {
    const first = request();
    const slow = sleep(afterMs, SLOW, { signal: answered.signal });
    if ((await Promise.race([first.then(() => undefined), slow])) !== SLOW) return await first;
    return await Promise.any([first, request()]);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    // The other answer is of no use to anybody.
    answered.abort();
  }
}

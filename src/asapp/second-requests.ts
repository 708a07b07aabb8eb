import { setTimeout as sleep } from 'node:timers/promises';

import type { CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './port';
import type { CallTransferResource } from './resource';

/** After how long without an answer a second request begins, in milliseconds: late enough that an ASAPP which is merely slow is asked once. */
const AFTER_MS = { create: 2500, get: 1750 };

/**
 * Asks a second time beside a request that takes long, which may be lost, and is not given up: whichever answers first is
 * the answer. A repeated POST is safe: its 409 says that the first got through.
 */
export class SecondRequests implements CallTransfers {
  constructor(
    private readonly asapp: CallTransfers,
    private readonly afterMs = AFTER_MS,
  ) {}

  async create(transfer: CreateTransfer, limits: RequestLimits = {}): Promise<CreatedTransfer> {
    return await firstAnswer(this.afterMs.create, limits, (both) => this.asapp.create(transfer, both));
  }

  async get(transferId: string, limits: RequestLimits = {}): Promise<CallTransferResource> {
    return await firstAnswer(this.afterMs.get, limits, (both) => this.asapp.get(transferId, both));
  }
}

const SLOW = Symbol('slow');

async function firstAnswer<T>(
  afterMs: number,
  { signal, ...limits }: RequestLimits,
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

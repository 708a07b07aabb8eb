import { setTimeout as sleep } from 'node:timers/promises';

import { CircuitBreaker } from '../../src/asapp/circuit-breaker';
import { AsappError, retryDelayMs, type AsappErrorKind } from '../../src/asapp/error';
import type { CallTransfers } from '../../src/asapp/port';

const transfer = {
  id: 't',
  externalConversationId: 'c',
  status: 'ACTIVE',
} as Awaited<ReturnType<CallTransfers['get']>>;

/** ASAPP in a state that a test changes; counts what it is asked. */
class Asapp implements CallTransfers {
  asked = { create: 0, get: 0 };
  fails: AsappErrorKind | null = null;
  tookMs = 0;

  async create() {
    this.asked.create++;
    await this.answer();
    return { transfer, existed: false, assigned: undefined };
  }

  async get() {
    this.asked.get++;
    await this.answer();
    return transfer;
  }

  private async answer(): Promise<void> {
    if (this.tookMs > 0) await sleep(this.tookMs);
    if (this.fails !== null) throw new AsappError(this.fails, `It is ${this.fails}`);
  }
}

const request = {
  transferId: 't',
  conversationId: 'c',
  transport: { type: 'PHONE_NUMBER', country: 'US' },
} as const;
const options = { failures: 3, firstPauseMs: 100, longestPauseMs: 400 };

/** How so many requests fail, in a row. */
async function failures(breaker: CircuitBreaker, times: number): Promise<AsappError[]> {
  const errors: AsappError[] = [];
  for (let index = 0; index < times; index++) {
    errors.push(
      await breaker.create(request).then(
        () => Promise.reject(new Error('It did not fail')),
        (error: unknown) => error as AsappError,
      ),
    );
  }
  return errors;
}

test.each<AsappErrorKind>(['unreachable', 'serverError', 'rateLimited'])(
  'after failures in a row (%s) ASAPP is left alone, and callers are told at once, for good',
  async (kind) => {
    const asapp = Object.assign(new Asapp(), { fails: kind });
    const errors = await failures(new CircuitBreaker(asapp, options), 6);

    expect(asapp.asked.create).toBe(3);
    expect(errors.map(({ wasSent }) => wasSent)).toEqual([true, true, true, false, false, false]);
    // The reason that a caller falls back for stays the one that is true.
    expect(errors.map((error) => error.kind)).toEqual(Array(6).fill(kind));
    expect(errors.map((error) => retryDelayMs(error, 1) === undefined)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  },
);

test('a request that is wrong says nothing about ASAPP', async () => {
  for (const kind of ['requestRefused', 'credentialsRefused', 'notFound', 'responseInvalid'] as const) {
    const asapp = Object.assign(new Asapp(), { fails: kind });
    await failures(new CircuitBreaker(asapp, options), 6);
    expect(asapp.asked.create).toBe(6);
  }
});

test('an answer in between begins the count anew', async () => {
  const asapp = new Asapp();
  const breaker = new CircuitBreaker(asapp, options);
  for (let round = 0; round < 3; round++) {
    asapp.fails = 'serverError';
    await failures(breaker, 2);
    asapp.fails = null;
    await breaker.create(request);
  }
  expect(asapp.asked.create).toBe(9);
});

test('results can still be read while numbers cannot be had', async () => {
  const asapp = Object.assign(new Asapp(), { fails: 'serverError' as const });
  const breaker = new CircuitBreaker(asapp, options);
  await failures(breaker, 4);
  Object.assign(asapp, { fails: null });

  await expect(breaker.get('t')).resolves.toBe(transfer);
});

test('after the pause one request tries, others do not wait for it, and its answer closes the circuit', async () => {
  const asapp = new Asapp();
  asapp.fails = 'unreachable';
  const breaker = new CircuitBreaker(asapp, options);
  await failures(breaker, 3);
  asapp.fails = null;
  asapp.tookMs = 200;
  await sleep(150);

  const trial = breaker.create(request);
  await expect(breaker.create(request)).rejects.toMatchObject({ wasSent: false });
  await expect(trial).resolves.toMatchObject({ transfer });
  await expect(breaker.create(request)).resolves.toMatchObject({ transfer });
  expect(asapp.asked.create).toBe(5);
});

test('a trial that fails opens the circuit again', async () => {
  const asapp = Object.assign(new Asapp(), { fails: 'unreachable' as const });
  const breaker = new CircuitBreaker(asapp, options);
  await failures(breaker, 3);
  await sleep(150);

  const errors = await failures(breaker, 2);
  expect(errors.map(({ wasSent }) => wasSent)).toEqual([true, false]);
});

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

/** The time by which pauses are counted: it passes as a test says, however long that takes. */
let now = 0;
beforeEach(() => {
  now = 1_700_000_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

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

test('without options ASAPP is left alone after ten failures in a row', async () => {
  const asapp = Object.assign(new Asapp(), { fails: 'serverError' as const });
  const errors = await failures(new CircuitBreaker(asapp), 11);

  expect(asapp.asked.create).toBe(10);
  expect(errors.at(-1)?.wasSent).toBe(false);
});

test('whoever is told that ASAPP was not asked is told of which request', async () => {
  const asapp = Object.assign(new Asapp(), { fails: 'serverError' as const });
  const breaker = new CircuitBreaker(asapp, { failures: 1 });
  await failures(breaker, 1);
  await expect(breaker.get('t')).rejects.toMatchObject({ wasSent: true });

  const message = (method: string) => `ASAPP was not asked (${method}): it failed again and again`;
  await expect(breaker.create(request)).rejects.toMatchObject({ message: message('POST') });
  await expect(breaker.get('t')).rejects.toMatchObject({ message: message('GET') });
});

test('the pause is as long as the options say', async () => {
  const asapp = Object.assign(new Asapp(), { fails: 'serverError' as const });
  const day = 86_400_000;
  const breaker = new CircuitBreaker(asapp, { failures: 1, firstPauseMs: day, longestPauseMs: day });
  await failures(breaker, 1);
  now += 60_000;
  await failures(breaker, 1);
  expect(asapp.asked.create).toBe(1);
  now += day - 60_000;
  await failures(breaker, 1);
  expect(asapp.asked.create).toBe(2);
});

test('a request that fails late, by a fault of its own, is not why ASAPP is left alone', async () => {
  const answers: ((error: AsappError) => void)[] = [];
  const fail = () => new Promise<never>((_, reject) => answers.push(reject));
  const breaker = new CircuitBreaker({ create: fail, get: fail }, { failures: 1 });
  const late = breaker.create(request);
  const outage = breaker.create(request);
  answers[1]?.(new AsappError('serverError', 'It is down'));
  await expect(outage).rejects.toMatchObject({ kind: 'serverError' });
  answers[0]?.(new AsappError('requestRefused', 'It is wrong'));
  await expect(late).rejects.toMatchObject({ kind: 'requestRefused' });

  await expect(breaker.create(request)).rejects.toMatchObject({ kind: 'serverError', wasSent: false });
});

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
  now += options.longestPauseMs;

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
  now += options.longestPauseMs;

  const errors = await failures(breaker, 2);
  expect(errors.map(({ wasSent }) => wasSent)).toEqual([true, false]);
});

import fc from 'fast-check';

import {
  answerAsk,
  ledgerOf,
  isEmpty,
  openSince,
  type AccountAsk,
  type Ceilings,
  type Ledger,
} from '../../src/account/ledger';

const NOON = Date.parse('2025-06-19T12:00:00Z');
const none: Ceilings = { concurrentCalls: null, requestsPerSecond: null, requestsPerDay: null };

const ask = (more: Partial<Omit<AccountAsk, 'ceilings'>> & { ceilings?: Partial<Ceilings> }): AccountAsk => ({
  ended: [],
  calls: [],
  requests: 0,
  sendWithinMs: 100,
  ...more,
  ceilings: { ...none, ...more.ceilings },
});
const call = (transferId: string) => ({ transferId, workflowId: `call-transfer/${transferId}` });
const calls = (...ids: string[]) => ids.map(call);

test('without ceilings everything is granted, and counted', () => {
  const ledger = ledgerOf();
  expect(answerAsk(ledger, ask({ calls: calls('a', 'b'), requests: 3 }), NOON)).toEqual({
    calls: ['granted', 'granted'],
    requests: 3,
    more: 'later',
    waitMs: 0,
  });
  expect(ledger.requestsToday).toBe(5);
});

test('one call more than the ceiling is refused, until another has ended', () => {
  const ledger = ledgerOf();
  const ceilings = { concurrentCalls: 2 };
  expect(answerAsk(ledger, ask({ ceilings, calls: calls('a', 'b', 'c') }), NOON).calls).toEqual([
    'granted',
    'granted',
    'tooManyCalls',
  ]);
  expect(answerAsk(ledger, ask({ ceilings, ended: ['a'], calls: calls('c') }), NOON).calls).toEqual([
    'granted',
  ]);
});

test.each(['constructor', '__proto__', 'hasOwnProperty'])('any id is counted: %s', (id) => {
  const ledger = ledgerOf();
  const ceilings = { concurrentCalls: 1 };
  expect(answerAsk(ledger, ask({ ceilings, calls: calls(id, 'b') }), NOON).calls).toEqual([
    'granted',
    'tooManyCalls',
  ]);
  const carried = ledgerOf(JSON.parse(JSON.stringify(ledger)) as Ledger);
  expect(answerAsk(carried, ask({ ceilings, calls: calls(id, 'b') }), NOON).calls).toEqual([
    'granted',
    'tooManyCalls',
  ]);
  expect(answerAsk(carried, ask({ ceilings, ended: [id], calls: calls('b') }), NOON).calls).toEqual([
    'granted',
  ]);
});

test('a call that repeats its request has its place already', () => {
  const ledger = ledgerOf();
  const ceilings = { concurrentCalls: 1 };
  answerAsk(ledger, ask({ ceilings, calls: calls('a') }), NOON);
  expect(answerAsk(ledger, ask({ ceilings, calls: calls('a', 'b') }), NOON).calls).toEqual([
    'granted',
    'tooManyCalls',
  ]);
});

test('what ends twice, or never began, changes nothing', () => {
  const ledger = ledgerOf();
  answerAsk(ledger, ask({ calls: calls('a', 'b') }), NOON);
  answerAsk(ledger, ask({ ended: ['a', 'a', 'stranger'] }), NOON);
  expect(Object.keys(ledger.calls)).toEqual(['b']);
});

test('when a second is full, the answer says how long to wait, and results go before new calls', () => {
  const ledger = ledgerOf();
  const ceilings = { requestsPerSecond: 3 };
  answerAsk(ledger, ask({ ceilings, requests: 1 }), NOON);
  const answer = answerAsk(ledger, ask({ ceilings, calls: calls('a', 'b'), requests: 1 }), NOON + 300);
  expect(answer).toEqual({ calls: ['granted', 'later'], requests: 1, more: 'later', waitMs: 800 });
  expect(answerAsk(ledger, ask({ ceilings, calls: calls('b') }), NOON + 1100).calls).toEqual(['granted']);
});

test('a call that has to wait has no place yet', () => {
  const ledger = ledgerOf();
  const ceilings = { requestsPerSecond: 1, concurrentCalls: 1 };
  expect(answerAsk(ledger, ask({ ceilings, calls: calls('a'), requests: 1 }), NOON).calls).toEqual(['later']);
  expect(Object.keys(ledger.calls)).toEqual([]);
});

test('of a day, the last requests are kept for the results of the open calls', () => {
  const ledger = ledgerOf();
  const ceilings = { requestsPerDay: 5 };
  // Two numbers and two results make four; a third call would need two.
  expect(answerAsk(ledger, ask({ ceilings, calls: calls('a', 'b', 'c') }), NOON).calls).toEqual([
    'granted',
    'granted',
    'quotaUsedUp',
  ]);
  expect(answerAsk(ledger, ask({ ceilings, requests: 2 }), NOON)).toMatchObject({ requests: 2 });
  expect(answerAsk(ledger, ask({ ceilings, requests: 2 }), NOON)).toMatchObject({
    requests: 1,
    more: 'quotaUsedUp',
    waitMs: 0,
  });
});

test('a new day begins at midnight UTC; the open calls stay', () => {
  const ledger = ledgerOf();
  const ceilings = { requestsPerDay: 4 };
  answerAsk(ledger, ask({ ceilings, calls: calls('a') }), NOON);
  expect(answerAsk(ledger, ask({ ceilings, requests: 4 }), NOON).requests).toBe(3);
  expect(answerAsk(ledger, ask({ ceilings, requests: 1 }), NOON + 12 * 3_600_000).requests).toBe(1);
  expect(Object.keys(ledger.calls)).toEqual(['a']);
});

test('a lower ceiling refuses new calls and ends none', () => {
  const ledger = ledgerOf();
  answerAsk(ledger, ask({ ceilings: { concurrentCalls: 3 }, calls: calls('a', 'b', 'c') }), NOON);
  expect(
    answerAsk(ledger, ask({ ceilings: { concurrentCalls: 1 }, calls: calls('a', 'd') }), NOON).calls,
  ).toEqual(['granted', 'tooManyCalls']);
});

test('calls open since long are found', () => {
  const ledger = ledgerOf();
  answerAsk(ledger, ask({ calls: calls('old') }), NOON);
  answerAsk(ledger, ask({ calls: calls('new') }), NOON + 1000);
  expect(openSince(ledger, NOON + 500)).toEqual([call('old')]);
});

test('a ledger is empty when no call is open and its day is over', () => {
  const ledger = ledgerOf();
  answerAsk(ledger, ask({ calls: calls('a') }), NOON);
  answerAsk(ledger, ask({ ended: ['a'] }), NOON);
  expect(isEmpty(ledger, NOON + 3_600_000)).toBe(false);
  expect(isEmpty(ledger, NOON + 24 * 3_600_000)).toBe(true);
});

describe('whatever is asked, and whenever', () => {
  const asks = fc.array(
    fc.record({
      after: fc.nat(700),
      calls: fc.uniqueArray(fc.nat(30), { maxLength: 8 }),
      ended: fc.array(fc.nat(30), { maxLength: 4 }),
      requests: fc.nat(6),
      sendWithinMs: fc.integer({ min: 50, max: 1000 }),
      /** Where in `sendWithinMs` the granted are sent. */
      sent: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 60 },
  );
  const ceilingsOf = fc.record({
    concurrentCalls: fc.option(fc.integer({ min: 1, max: 12 })),
    requestsPerSecond: fc.option(fc.integer({ min: 1, max: 12 })),
    requestsPerDay: fc.option(fc.integer({ min: 2, max: 80 })),
  });

  test('no ceiling is passed', () => {
    fc.assert(
      fc.property(asks, ceilingsOf, (steps, ceilings) => {
        const ledger = ledgerOf();
        const sendings: number[] = [];
        let now = NOON;
        for (const step of steps) {
          now += step.after;
          const asked = ask({
            ceilings,
            ended: step.ended.map(String),
            calls: calls(...step.calls.map(String)),
            requests: step.requests,
            sendWithinMs: step.sendWithinMs,
          });
          const answer = answerAsk(ledger, asked, now);
          const granted = answer.requests + answer.calls.filter((verdict) => verdict === 'granted').length;
          for (let index = 0; index < granted; index++) sendings.push(now + step.sent * step.sendWithinMs);
          expect(Object.keys(ledger.calls).length).toBeLessThanOrEqual(ceilings.concurrentCalls ?? Infinity);
        }
        sendings.sort((one, other) => one - other);
        expect(sendings.length).toBeLessThanOrEqual(ceilings.requestsPerDay ?? Infinity);
        for (const [index, first] of sendings.entries()) {
          const within = sendings.slice(index).filter((at) => at < first + 1000).length;
          expect(within).toBeLessThanOrEqual(ceilings.requestsPerSecond ?? Infinity);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('whoever has to wait is served when told to ask again', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 12 }), (steps, requestsPerSecond) => {
        const ledger = ledgerOf();
        let now = NOON;
        for (const { after, requests, sendWithinMs } of steps) {
          now += after;
          const asked = ask({ ceilings: { requestsPerSecond }, requests, sendWithinMs });
          const { waitMs } = answerAsk(ledger, asked, now);
          if (waitMs === 0) continue;
          now += waitMs;
          expect(answerAsk(ledger, { ...asked, requests: 1 }, now).requests).toBe(1);
        }
      }),
      { numRuns: 200 },
    );
  });
});

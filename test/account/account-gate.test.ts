import { setTimeout as sleep } from 'node:timers/promises';

import { AccountGate } from '../../src/account/account-gate';
import {
  answerAsk,
  ledgerOf,
  type AccountAnswer,
  type AccountAsk,
  type Ceilings,
} from '../../src/account/ledger';
import type { AsappError } from '../../src/asapp/error';

const none: Ceilings = { concurrentCalls: null, requestsPerSecond: null, requestsPerDay: null };

/** A ledger that answers after some time, and remembers what it was asked. */
class Ledger {
  readonly asks: AccountAsk[] = [];
  readonly open = ledgerOf();
  tookMs = 5;
  fails = false;

  readonly ask = async (ask: AccountAsk): Promise<AccountAnswer> => {
    this.asks.push(ask);
    await sleep(this.tookMs);
    if (this.fails) throw new Error('Nobody is there');
    return answerAsk(this.open, ask, Date.now());
  };
}

const gateTo = (ledger: Ledger, ceilings: Partial<Ceilings>) =>
  new AccountGate(ledger.ask, { ...none, ...ceilings });
const call = (transferId: string | number) => ({ transferId: String(transferId), workflowId: 'w' });

/** What becomes of each: `ok`, or the kind of its error. */
const outcomesOf = async (promises: Promise<void>[]): Promise<string[]> =>
  await Promise.all(
    promises.map((promise) =>
      promise.then(
        () => 'ok',
        (error: unknown) => (error as AsappError).kind,
      ),
    ),
  );

test('whoever waits at the same time is asked for together', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { requestsPerDay: 1000 });
  const first = gate.takeRequest();
  await sleep(1);
  const others = Array.from({ length: 50 }, (_, index) => gate.beginCall(call(index)));
  await Promise.all([first, ...others]);
  expect(ledger.asks.map(({ calls, requests }) => [calls.length, requests])).toEqual([
    [0, 1],
    [50, 0],
  ]);
});

test('without a ceiling on requests none is asked for but that of a new call', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { concurrentCalls: 2 });
  await gate.beginCall(call('a'));
  await gate.takeRequest();
  expect(ledger.asks).toHaveLength(1);
});

test('a call over the ceiling is refused at once, and the place of one that ended is given again', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { concurrentCalls: 2 });
  const begun = ['a', 'b', 'c'].map((id) => gate.beginCall(call(id)));
  expect(await outcomesOf(begun)).toEqual(['ok', 'ok', 'callCeilingReached']);
  gate.endCall('a');
  expect(await outcomesOf([gate.beginCall(call('c'))])).toEqual(['ok']);
});

test('that a call has ended is told soon, though nobody asks', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, {});
  await gate.beginCall(call('a'));
  gate.endCall('a');
  await sleep(400);
  expect(ledger.asks).toMatchObject([{ ended: [] }, { ended: ['a'], calls: [], requests: 0 }]);
});

test('a call waits for a free second, and is refused when that takes too long; a result waits longer', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { requestsPerSecond: 4 });
  const begun = outcomesOf(Array.from({ length: 9 }, (_, index) => gate.beginCall(call(index))));
  const fetched = outcomesOf(Array.from({ length: 6 }, () => gate.takeRequest()));
  expect(await fetched).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  expect(new Set(await begun)).toEqual(new Set(['requestCeilingReached']));
});

test('when the day is used up nobody waits', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { requestsPerDay: 2 });
  await gate.beginCall(call('a'));
  const begun = performance.now();
  expect(await outcomesOf([gate.beginCall(call('b')), gate.takeRequest(), gate.takeRequest()])).toEqual([
    'requestCeilingReached',
    'ok',
    'requestCeilingReached',
  ]);
  expect(performance.now() - begun).toBeLessThan(900);
});

test('a grant that came too late for its second is not used', async () => {
  const ledger = new Ledger();
  ledger.tookMs = 150;
  const gate = gateTo(ledger, { requestsPerSecond: 10 });
  await gate.beginCall(call('a'));
  expect(ledger.asks.map(({ sendWithinMs }) => sendWithinMs > 150)).toEqual([false, true]);
});

test('where the ledger does not answer no call begins, results are fetched, and ends are told later', async () => {
  const ledger = new Ledger();
  const gate = gateTo(ledger, { concurrentCalls: 1 });
  await gate.beginCall(call('a'));
  ledger.fails = true;
  gate.endCall('a');
  expect(await outcomesOf([gate.beginCall(call('b')), gate.takeRequest()])).toEqual([
    'ceilingsUnavailable',
    'ok',
  ]);
  ledger.fails = false;
  expect(await outcomesOf([gate.beginCall(call('b'))])).toEqual(['ok']);
});

test('what is refused was not sent', async () => {
  const gate = gateTo(new Ledger(), { concurrentCalls: 1 });
  await gate.beginCall(call('a'));
  await expect(gate.beginCall(call('b'))).rejects.toMatchObject({
    wasSent: false,
    message: 'ASAPP was not asked: as many calls as the account may have are open',
  });
});

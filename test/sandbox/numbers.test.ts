import { Exchange, SandboxError, type ExchangeOptions } from '../../src/sandbox';

/** An exchange whose clock stands still until it is moved. */
function exchangeWithClock(options: ExchangeOptions = {}) {
  let now = Date.parse('2025-06-19T13:38:40Z');
  return {
    exchange: new Exchange({ now: () => now, ...options }),
    pass: (milliseconds: number) => (now += milliseconds),
  };
}

const numberOf = (exchange: Exchange, id: string, country = 'US') =>
  exchange.create(id, `conversation of ${id}`, { type: 'PHONE_NUMBER', country }, undefined)?.transferNumber;

describe('a number', () => {
  it('is one of those kept for fiction', () => {
    const { exchange } = exchangeWithClock();
    for (let call = 0; call < 250; call++) {
      expect(numberOf(exchange, `transfer-${call}`)).toMatch(/^\+1[2-9]\d\d55501\d\d$/);
    }
    expect(new Set([...exchange.transfers.values()].map((each) => each.transferNumber)).size).toBe(250);
  });

  it('reaches its transfer, and then nobody', () => {
    const { exchange } = exchangeWithClock();
    const number = numberOf(exchange, 'a') ?? '';
    expect(exchange.callArrives(number)).toMatchObject({
      id: 'a',
      externalConversationId: 'conversation of a',
    });
    expect(() => exchange.callArrives(number)).toThrow(SandboxError);
    expect(() => exchange.callArrives(number)).toThrow('no such number');
  });

  it('that was never assigned reaches nobody', () => {
    expect(() => new Exchange().callArrives('+12005550199')).toThrow('no such number');
  });

  it('reaches nobody once it has expired, to the millisecond', () => {
    const { exchange, pass } = exchangeWithClock();
    const transfer = exchange.create('a', 'conversation', { type: 'PHONE_NUMBER', country: 'US' }, undefined);
    pass(59_999);
    expect(transfer && exchange.status(transfer)).toBe('ACTIVE');
    pass(1);
    expect(transfer && exchange.status(transfer)).toBe('EXPIRED');
    expect(() => exchange.callArrives(transfer?.transferNumber ?? '')).toThrow('no such number');
  });

  it.each([
    ['expired', ({ pass }: ReturnType<typeof exchangeWithClock>) => pass(60_000)],
    [
      'connected',
      ({ exchange }: ReturnType<typeof exchangeWithClock>, number: string) => exchange.callArrives(number),
    ],
  ])(
    'is given to the next transfer once it has %s, so that dialling it late reaches a stranger',
    (_, end) => {
      const setup = exchangeWithClock();
      const { exchange } = setup;
      const number = numberOf(exchange, 'a') ?? '';
      end(setup, number);

      expect(numberOf(exchange, 'stranger')).toBe(number);
      expect(exchange.callArrives(number)).toMatchObject({ id: 'stranger' });
    },
  );

  it('stays its transfer’s while others come and go', () => {
    const { exchange, pass } = exchangeWithClock();
    const early = numberOf(exchange, 'early') ?? '';
    pass(30_000);
    const late = numberOf(exchange, 'late') ?? '';
    pass(30_000);
    expect(numberOf(exchange, 'third')).toBe(early);
    expect(numberOf(exchange, 'fourth')).not.toBe(late);
    expect(exchange.callArrives(late)).toMatchObject({ id: 'late' });
  });
});

describe('a pool', () => {
  it('ends, and is full again once its numbers have expired', () => {
    const { exchange, pass } = exchangeWithClock({ poolSize: 2, numberTtlMs: 1000 });
    const first = [numberOf(exchange, 'a'), numberOf(exchange, 'b')];
    expect(numberOf(exchange, 'c')).toBeUndefined();
    expect(exchange.transfers.has('c')).toBe(false);

    pass(1000);
    const second = [numberOf(exchange, 'c'), numberOf(exchange, 'd')];
    expect(new Set(second)).toEqual(new Set(first));
    expect(numberOf(exchange, 'e')).toBeUndefined();
  });

  it('belongs to one country', () => {
    const { exchange, pass } = exchangeWithClock({ poolSize: 1 });
    const american = numberOf(exchange, 'a', 'US');
    const british = numberOf(exchange, 'b', 'GB');
    expect(british).not.toBe(american);
    expect(numberOf(exchange, 'c', 'US')).toBeUndefined();

    pass(60_000);
    expect(numberOf(exchange, 'd', 'GB')).toBe(british);
    expect(numberOf(exchange, 'e', 'US')).toBe(american);
  });

  it('assigns a number to one transfer at a time, over thousands of calls', () => {
    const { exchange, pass } = exchangeWithClock({ poolSize: 20 });
    const reachedOthers: string[] = [];
    let assigned = 0;
    for (let call = 0; call < 5000; call++) {
      if (numberOf(exchange, `transfer-${call}`, call % 2 === 0 ? 'US' : 'CA') !== undefined) assigned++;
      pass((call * 7919) % 5000);
      const active = [...exchange.transfers.values()]
        .slice(-60)
        .filter((each) => exchange.status(each) === 'ACTIVE');
      const called = call % 3 === 0 ? active[call % 5] : undefined;
      if (called !== undefined && exchange.callArrives(called.transferNumber) !== called) {
        reachedOthers.push(called.id);
      }
    }
    expect(reachedOthers).toEqual([]);
    expect(assigned).toBeGreaterThan(1000);
  });
});

test('an id names one transfer', () => {
  const { exchange } = exchangeWithClock();
  numberOf(exchange, 'a');
  expect(() => numberOf(exchange, 'a')).toThrow('id: there is a transfer a already');
});

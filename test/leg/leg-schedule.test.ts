import { decideBy, nextWake } from '../../src/leg/leg-schedule';
import {
  at,
  checkFailed,
  checkRequested,
  connected,
  dialledLegAfter,
  disconnected,
  legAfter,
  seen,
  settings,
} from '../support/legs';

const checks = (...seconds: number[]) => seconds.map((second) => seen(second, 'ACTIVE'));

/** A wait until so many seconds after the request. */
const until = (seconds: number) => ({ check: false, at: at(seconds) });
const NOW = { check: true, final: false };
const LAST = { check: true, final: true };

describe('a leg that nobody has connected to', () => {
  it("is checked when its number expires, and not before: each check costs ASAPP's quota", () => {
    expect(nextWake(dialledLegAfter(), settings(), at(2))).toEqual({
      ...until(60),
      summary: 'Number expires',
    });
    expect(nextWake(dialledLegAfter(), settings(), at(60))).toEqual(NOW);
  });

  it('is checked when its number expires, though it was checked before', () => {
    expect(nextWake(dialledLegAfter(...checks(20, 59)), settings(), at(59))).toMatchObject(until(60));
  });

  it('is checked at once on the request of call control', () => {
    expect(nextWake(dialledLegAfter(checkRequested(20)), settings(), at(20))).toEqual(NOW);
  });

  it.each([
    ['once', [60], 61],
    ['twice', [60, 61], 63],
    ['three times', [60, 61, 63], 67],
    ['four times', [60, 61, 63, 67], 75],
    ['five times', [60, 61, 63, 67, 74], 82],
  ])('is checked again, ever more rarely, after it was checked %s', (_, done, next) => {
    const leg = dialledLegAfter(...checks(...done));

    expect(nextWake(leg, settings(), at(done.at(-1) ?? 0))).toEqual({
      ...until(next),
      summary: 'Check the expired number again',
    });
    expect(nextWake(leg, settings(), at(next))).toEqual(NOW);
  });

  it('is checked again where ASAPP could not be asked, and ever more rarely', () => {
    expect(nextWake(dialledLegAfter(checkFailed(60)), settings(), at(60))).toMatchObject(until(61));
    const twice = dialledLegAfter(checkFailed(60), checkFailed(61));
    expect(nextWake(twice, settings(), at(61))).toMatchObject(until(63));
  });
});

describe('a connect after the expiry', () => {
  it('is checked at once', () => {
    expect(nextWake(dialledLegAfter(connected(61)), settings(), at(61))).toEqual(NOW);
  });

  it('is checked at once though the expired number was checked just before', () => {
    const leg = dialledLegAfter(...checks(60), connected(60.5));

    expect(nextWake(leg, settings(), at(60.5))).toEqual(NOW);
  });

  it('is checked again a second after a check that left it open', () => {
    const leg = dialledLegAfter(connected(61), ...checks(62));

    expect(nextWake(leg, settings(), at(62))).toMatchObject(until(63));
  });
});

describe('a connected leg', () => {
  const limits = settings({ statusCheckIntervalMs: 600_000, maxCallDurationMs: 3_600_000 });

  it('waits for its expiry with the timer that it had: a connect moves none', () => {
    const dialled = nextWake(dialledLegAfter(), limits, at(5));

    expect(nextWake(dialledLegAfter(connected(5)), limits, at(5))).toEqual(dialled);
  });

  it('is checked sparsely', () => {
    expect(nextWake(dialledLegAfter(connected(5)), limits, at(60))).toEqual({
      ...until(605),
      summary: 'Check whether the call still goes on',
    });
    expect(nextWake(dialledLegAfter(connected(5)), limits, at(605))).toEqual(NOW);
  });

  it('is checked at once on the request of call control', () => {
    expect(nextWake(dialledLegAfter(connected(5), checkRequested(90)), limits, at(90))).toEqual(NOW);
  });

  it.each([
    ['went on', seen(605, 'ONGOING')],
    ['could not be checked', checkFailed(605)],
  ])('is checked again an interval after it %s', (_, check) => {
    expect(nextWake(dialledLegAfter(connected(5), check), limits, at(605))).toMatchObject(until(1205));
  });

  it('is checked for the last time at the maximum call duration', () => {
    const leg = dialledLegAfter(connected(5), seen(3005, 'ONGOING'));

    expect(nextWake(leg, limits, at(3005))).toEqual({ ...until(3605), summary: 'Maximum call duration' });
    expect(nextWake(leg, limits, at(3605))).toEqual(LAST);
  });

  it('has its maximum duration from the connect, whatever was checked meanwhile', () => {
    const leg = dialledLegAfter(connected(5), seen(3600, 'ONGOING'));

    expect(nextWake(leg, limits, at(3600))).toMatchObject(until(3605));
  });

  it.each([60_000, 30_000])(
    'is not checked before a shorter maximum duration, of %d ms',
    (maxCallDurationMs) => {
      const wake = nextWake(dialledLegAfter(connected(5)), settings({ maxCallDurationMs }), at(5));
      const shortest = Math.min(5 + maxCallDurationMs / 1000, 60);

      expect(wake).toMatchObject(until(shortest));
      expect(nextWake(dialledLegAfter(connected(5)), settings({ maxCallDurationMs }), at(65))).toEqual(LAST);
    },
  );

  it('that lasts as long as it may when its number expires is checked for the last time', () => {
    const wake = nextWake(dialledLegAfter(connected(5)), settings({ maxCallDurationMs: 55_000 }), at(5));

    expect(wake).toEqual({ ...until(60), summary: 'Maximum call duration' });
  });

  it('is checked sparsely, too, if nobody ever heard of its number', () => {
    const leg = legAfter(seen(5, 'ONGOING'));

    expect(nextWake(leg, limits, at(5))).toMatchObject(until(605));
  });

  it('whose connect was lost counts from when ASAPP’s proof of the call was seen', () => {
    const leg = dialledLegAfter(seen(60, 'ONGOING', { callReceivedAt: at(20) }));

    expect(leg).toMatchObject({ connectedAt: at(20), upSince: at(60) });
    expect(nextWake(leg, { ...limits, maxCallDurationMs: 300_000 }, at(60))).toMatchObject(until(360));
  });
});

describe('the decision on a disconnected leg', () => {
  const limits = settings({ disconnectDeadlineMs: 4000 });

  it('is due at the hard limit after the report was heard of', () => {
    expect(decideBy(dialledLegAfter(disconnected(30, { happened: 12 })), limits)).toBe(at(34));
  });

  it.each([
    [2500, 32.5],
    [9000, 34],
  ])('is due earlier where call control waits less long: %d ms', (answerWithinMs, due) => {
    expect(decideBy(dialledLegAfter(disconnected(30, { answerWithinMs })), limits)).toBe(at(due));
  });

  it('is not due while nobody has reported it over', () => {
    expect(decideBy(dialledLegAfter(connected(5)), limits)).toBe(Infinity);
  });

  it('is due as the first report said, whatever comes later', () => {
    const leg = dialledLegAfter(disconnected(30), disconnected(33, { by: 'CUSTOMER', answerWithinMs: 9000 }));

    expect(decideBy(leg, limits)).toBe(at(34));
  });
});

import { nextWake } from '../../src/leg/leg-schedule';
import { at, checkFailed, connected, dialledLegAfter, seen, settings } from '../support/legs';

const looks = (...seconds: number[]) => seconds.map((second) => seen(second, 'ACTIVE'));

describe('a leg that nobody has connected to', () => {
  it("is looked at when its number expires, and not before: each look costs ASAPP's quota", () => {
    expect(nextWake(dialledLegAfter(), settings(), at(2))).toEqual({
      at: at(60),
      summary: 'Number expires',
      final: false,
    });
  });

  it('is looked at when its number expires, though it was looked at before', () => {
    expect(nextWake(dialledLegAfter(...looks(20, 59)), settings(), at(59))).toMatchObject({ at: at(60) });
  });

  it.each([
    ['once', [60], 61],
    ['twice', [60, 61], 63],
    ['three times', [60, 61, 63], 67],
    ['four times', [60, 61, 63, 67], 75],
    ['five times', [60, 61, 63, 67, 74], 82],
  ])('is looked at again, ever more rarely, after it was looked at %s', (_, done, next) => {
    expect(nextWake(dialledLegAfter(...looks(...done)), settings(), at(done.at(-1) ?? 0))).toEqual({
      at: at(next),
      summary: 'Look again at the expired number',
      final: false,
    });
  });

  it('is looked at again where ASAPP could not be asked', () => {
    expect(nextWake(dialledLegAfter(checkFailed(60)), settings(), at(60))).toMatchObject({ at: at(61) });
  });
});

describe('a connect after the expiry', () => {
  it('is looked at at once', () => {
    expect(nextWake(dialledLegAfter(connected(61)), settings(), at(61))).toMatchObject({
      at: at(61),
      final: false,
    });
  });

  it('is looked at at once though the expired number was looked at just before', () => {
    expect(nextWake(dialledLegAfter(...looks(60), connected(60.5)), settings(), at(60.5)).at).toBe(at(60.5));
  });

  it('is looked at again a second after a look that left it open', () => {
    expect(nextWake(dialledLegAfter(connected(61), ...looks(62)), settings(), at(62)).at).toBe(at(63));
  });
});

describe('a connected leg', () => {
  const limits = settings({ statusCheckIntervalMs: 600_000, maxCallDurationMs: 3_600_000 });

  it('is looked at sparsely', () => {
    expect(nextWake(dialledLegAfter(connected(5)), limits, at(5))).toEqual({
      at: at(605),
      summary: 'Look whether the call still goes on',
      final: false,
    });
  });

  it.each([
    ['went on', seen(605, 'ONGOING')],
    ['could not be looked at', checkFailed(605)],
  ])('is looked at again an interval after it %s', (_, look) => {
    expect(nextWake(dialledLegAfter(connected(5), look), limits, at(605)).at).toBe(at(1205));
  });

  it('is looked at for the last time at the maximum call duration', () => {
    const leg = dialledLegAfter(connected(5), seen(3005, 'ONGOING'));

    expect(nextWake(leg, limits, at(3005))).toEqual({
      at: at(3605),
      summary: 'Maximum call duration',
      final: true,
    });
  });

  it('has its maximum duration from the connect, whatever was looked at meanwhile', () => {
    const leg = dialledLegAfter(connected(5), seen(3600, 'ONGOING'));

    expect(nextWake(leg, limits, at(3600))).toMatchObject({ at: at(3605), final: true });
  });

  it('is not looked at before a maximum duration that is shorter than the interval', () => {
    const wake = nextWake(dialledLegAfter(connected(5)), settings({ maxCallDurationMs: 60_000 }), at(5));

    expect(wake).toMatchObject({ at: at(65), final: true });
  });

  it("whose connect was lost counts from ASAPP's proof of the call", () => {
    const leg = dialledLegAfter(seen(60, 'ONGOING', { callReceivedAt: at(20) }));

    expect(nextWake(leg, { ...limits, maxCallDurationMs: 300_000 }, at(60))).toMatchObject({
      at: at(320),
      final: true,
    });
  });
});

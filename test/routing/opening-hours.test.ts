import fc from 'fast-check';
import { DateTime } from 'luxon';

import { calendarSchema, openingAt } from '../../src/routing/opening-hours';

type Input = Parameters<typeof calendarSchema.parse>[0];

const everyDay = (...hours: string[]) =>
  Object.fromEntries(
    ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'].map((day) => [day, hours]),
  );
const calendarOf = (timeZone: string, more: object) =>
  calendarSchema.parse({ timeZone, weekly: {}, ...more });
const isOpen = (calendar: ReturnType<typeof calendarOf>, at: string) =>
  openingAt(calendar, Date.parse(at)).isOpen;

describe('hours by the clock on the wall', () => {
  const berlin = calendarOf('Europe/Berlin', { weekly: { MONDAY: ['08:00-12:00', '13:00-18:00'] } });

  it('may begin and end at any minute', () => {
    const minutes = calendarOf('UTC', { weekly: { MONDAY: ['08:15-12:45'] } });
    const open = ['08:14:59', '08:15:00', '12:44:59', '12:45:00'].map((time) =>
      isOpen(minutes, `2026-01-05T${time}Z`),
    );

    expect(open).toEqual([false, true, true, false]);
  });

  it.each([
    ['2026-01-05T06:59:59Z', false],
    ['2026-01-05T07:00:00Z', true],
    ['2026-01-05T10:59:59Z', true],
    ['2026-01-05T11:00:00Z', false],
    ['2026-01-05T12:00:00Z', true],
    ['2026-01-05T16:59:59Z', true],
    ['2026-01-05T17:00:00Z', false],
    // In summer an hour earlier.
    ['2026-07-06T05:59:59Z', false],
    ['2026-07-06T06:00:00Z', true],
    ['2026-01-06T10:00:00Z', false],
  ])('Monday in Berlin at %s: open is %s', (at, open) => {
    expect(isOpen(berlin, at)).toBe(open);
  });

  it('say which hours, or which day', () => {
    expect(openingAt(berlin, Date.parse('2026-01-05T12:30:00Z')).because).toBe('MONDAY 13:00-18:00');
    expect(openingAt(berlin, Date.parse('2026-01-05T11:30:00Z')).because).toBe(
      'MONDAY 08:00-12:00, 13:00-18:00',
    );
    expect(openingAt(berlin, Date.parse('2026-01-06T11:30:00Z')).because).toBe('TUESDAY');
  });
});

describe('when clocks change', () => {
  // 2026-03-29 01:00 UTC: 02:00 becomes 03:00. 2026-10-25 01:00 UTC: 03:00 becomes 02:00.
  const berlin = calendarOf('Europe/Berlin', { weekly: everyDay('02:00-03:00') });
  // 2026-10-04 16:00 UTC: 02:00 becomes 03:00. 2026-04-05 16:00 UTC (the 4th): 03:00 becomes 02:00.
  const sydney = calendarOf('Australia/Sydney', { weekly: everyDay('02:00-03:00') });

  it('an hour that is left out never comes', () => {
    expect(isOpen(berlin, '2026-03-29T00:59:59Z')).toBe(false);
    expect(isOpen(berlin, '2026-03-29T01:00:00Z')).toBe(false);
    expect(isOpen(sydney, '2026-10-03T15:59:59Z')).toBe(false);
    expect(isOpen(sydney, '2026-10-03T16:00:00Z')).toBe(false);
  });

  it('an hour that comes twice is open both times', () => {
    const openIn = (calendar: typeof berlin, from: string) =>
      Array.from({ length: 16 }, (_, quarter) =>
        openingAt(calendar, Date.parse(from) + quarter * 900_000),
      ).filter((opening) => opening.isOpen).length;

    expect(openIn(berlin, '2026-10-24T23:00:00Z')).toBe(8);
    expect(openIn(sydney, '2026-04-04T14:00:00Z')).toBe(8);
    expect(openIn(berlin, '2026-10-25T23:00:00Z')).toBe(4);
  });

  it('a day that begins at one o’clock is a day: midnight is left out', () => {
    // 2026-09-06 in Chile begins at 01:00.
    const santiago = calendarOf('America/Santiago', { weekly: { SUNDAY: ['00:00-24:00'] } });

    expect(isOpen(santiago, '2026-09-06T03:59:59Z')).toBe(false);
    expect(isOpen(santiago, '2026-09-06T04:00:00Z')).toBe(true);
    expect(isOpen(santiago, '2026-09-07T02:59:59Z')).toBe(true);
    expect(isOpen(santiago, '2026-09-07T03:00:00Z')).toBe(false);
  });
});

describe('midnight', () => {
  it('ends a day whose hours go until 24:00', () => {
    const utc = calendarOf('UTC', { weekly: { MONDAY: ['00:00-24:00'] } });

    expect(isOpen(utc, '2026-01-04T23:59:59Z')).toBe(false);
    expect(isOpen(utc, '2026-01-05T00:00:00Z')).toBe(true);
    expect(isOpen(utc, '2026-01-05T23:59:59Z')).toBe(true);
    expect(isOpen(utc, '2026-01-06T00:00:00Z')).toBe(false);
  });

  it('is passed by a night shift, which belongs to the day on which it began', () => {
    const night = calendarOf('UTC', {
      weekly: { MONDAY: ['22:00-06:00'] },
      holidays: ['2026-01-06', '2026-01-12'],
    });

    expect(openingAt(night, Date.parse('2026-01-06T05:59:00Z'))).toEqual({
      isOpen: true,
      because: 'MONDAY 22:00-06:00',
    });
    expect(isOpen(night, '2026-01-06T06:00:00Z')).toBe(false);
    expect(openingAt(night, Date.parse('2026-01-12T23:00:00Z'))).toEqual({
      isOpen: false,
      because: 'holiday 2026-01-12',
    });
    expect(isOpen(night, '2026-01-13T01:00:00Z')).toBe(false);
  });
});

describe('days of their own', () => {
  const calendar = calendarOf('Europe/Paris', {
    weekly: everyDay('09:00-17:00'),
    holidays: ['12-25', '2026-05-14'],
    exceptions: { '12-24': ['09:00-12:00'], '2026-12-24': [], '2028-02-29': ['10:00-11:00'] },
  });

  it.each([
    ['2026-12-25T10:00:00Z', false, 'holiday 12-25'],
    ['2031-12-25T10:00:00Z', false, 'holiday 12-25'],
    ['2026-05-14T10:00:00Z', false, 'holiday 2026-05-14'],
    ['2027-05-14T10:00:00Z', true, 'FRIDAY 09:00-17:00'],
    ['2027-12-24T10:00:00Z', true, 'exception 12-24 09:00-12:00'],
    ['2027-12-24T13:00:00Z', false, 'exception 12-24 09:00-12:00'],
    ['2026-12-24T10:00:00Z', false, 'exception 2026-12-24'],
    ['2028-02-29T09:30:00Z', true, 'exception 2028-02-29 10:00-11:00'],
    ['2028-03-01T09:30:00Z', true, 'WEDNESDAY 09:00-17:00'],
  ])('%s: open is %s by %s', (at, open, because) => {
    expect(openingAt(calendar, Date.parse(at))).toEqual({ isOpen: open, because });
  });

  it('a holiday on 29 February comes in leap years', () => {
    const leap = calendarOf('UTC', { weekly: everyDay('00:00-24:00'), holidays: ['02-29'] });

    expect(isOpen(leap, '2028-02-29T12:00:00Z')).toBe(false);
    expect(isOpen(leap, '2027-02-28T12:00:00Z')).toBe(true);
    expect(isOpen(leap, '2027-03-01T12:00:00Z')).toBe(true);
  });
});

test('in any time zone, a calendar is open when the clock there says so', () => {
  const zone = fc.constantFrom(
    'America/New_York',
    'America/Sao_Paulo',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Cairo',
    'UTC',
  );
  const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });
  const hour = fc.integer({ min: 0, max: 23 });
  const clock = (at: number) => `${String(at).padStart(2, '0')}:00`;
  fc.assert(
    fc.property(zone, instant, hour, hour, (timeZone, at, from, until) => {
      fc.pre(from !== until);
      const calendar = calendarOf(timeZone, { weekly: everyDay(`${clock(from)}-${clock(until)}`) });
      const there = DateTime.fromMillis(at, { zone: timeZone }).hour;
      const expected = from < until ? there >= from && there < until : there >= from || there < until;
      expect(openingAt(calendar, at).isOpen).toBe(expected);
    }),
  );
});

test.each<[Input, string, string]>([
  [{ timeZone: 'Europe/Berln', weekly: {} }, 'timeZone', 'must be a time zone such as "Europe/Berlin"'],
  [
    { timeZone: 'UTC', weekly: { MONDAY: ['8-18'] } },
    'weekly.MONDAY.0',
    'must be hours such as "08:00-18:00"; 24:00 is the end of the day',
  ],
  [
    { timeZone: 'UTC', weekly: { MONDAY: ['24:00-08:00'] } },
    'weekly.MONDAY.0',
    'must be hours such as "08:00-18:00"; 24:00 is the end of the day',
  ],
  [
    { timeZone: 'UTC', weekly: { MONDAY: [' 08:00-18:00'] } },
    'weekly.MONDAY.0',
    'must be hours such as "08:00-18:00"; 24:00 is the end of the day',
  ],
  [
    { timeZone: 'UTC', weekly: { MONDAY: ['08:00-18:00h'] } },
    'weekly.MONDAY.0',
    'must be hours such as "08:00-18:00"; 24:00 is the end of the day',
  ],
  [
    { timeZone: 'UTC', weekly: { MONDAY: ['08:00-08:00'] } },
    'weekly.MONDAY.0',
    'must not end when it begins; "00:00-24:00" is a whole day',
  ],
  [{ timeZone: 'UTC', weekly: { MON: [] } }, 'weekly', 'Unrecognized key: "MON"'],
  [{ timeZone: 'UTC', weekly: {}, holidays: ['2026-02-29'] }, 'holidays.0', 'is no day of the calendar'],
  [{ timeZone: 'UTC', weekly: {}, holidays: ['12-32'] }, 'holidays.0', 'is no day of the calendar'],
  [
    { timeZone: 'UTC', weekly: {}, holidays: ['12026-12-25'] },
    'holidays.0',
    'must be a day such as "2026-12-25", or "12-25" for every year',
  ],
  [
    { timeZone: 'UTC', weekly: {}, holidays: ['2026-12-25T00:00'] },
    'holidays.0',
    'must be a day such as "2026-12-25", or "12-25" for every year',
  ],
  [
    { timeZone: 'UTC', weekly: {}, holidays: ['25.12.'] },
    'holidays.0',
    'must be a day such as "2026-12-25", or "12-25" for every year',
  ],
])('%j is refused', (calendar, path, message) => {
  const issues = calendarSchema
    .safeParse(calendar)
    .error?.issues.map((issue) => [issue.path.join('.'), issue.message]);
  expect(issues).toEqual([[path, message]]);
});

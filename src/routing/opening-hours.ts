/** Opening hours by the clock on the wall: named calendars of a routing table. */
import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** From a minute of the day until before another; one that ends no later than it begins goes on into the next day. */
export interface Hours {
  text: string;
  from: number;
  until: number;
}

const hoursSchema = z
  .string()
  .regex(HOURS, 'must be hours such as "08:00-18:00"; 24:00 is the end of the day')
  .transform((text): Hours => {
    const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
    return { text, from: minuteOf(text.slice(0, 5)), until: minuteOf(text.slice(6)) };
  })
  .refine(({ from, until }) => from !== until, 'must not end when it begins; "00:00-24:00" is a whole day');

/** A day's hours: none means closed. */
const daySchema = z.array(hoursSchema);

/** A day of one year, or the same day of every year. 29 February comes in leap years only. */
const dateSchema = z
  .string()
  .regex(/^(\d{4}-)?\d{2}-\d{2}$/, {
    error: 'must be a day such as "2026-12-25", or "12-25" for every year',
    abort: true,
  })
  .refine(
    (day) => DateTime.fromISO(day.length === 5 ? `2000-${day}` : day).isValid,
    'is no day of the calendar',
  );

/** When somebody is there. */
export const calendarSchema = z.strictObject({
  /** Of the tz database, such as `Europe/Berlin`: daylight-saving time is its matter. */
  timeZone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'must be a time zone such as "Europe/Berlin"'),
  /** By weekday. A day that is not there is closed. */
  weekly: z.strictObject(
    Object.fromEntries(weekdays.map((day) => [day, daySchema.exactOptional()])) as Record<
      (typeof weekdays)[number],
      z.ZodExactOptional<typeof daySchema>
    >,
  ),
  /** Closed all day. */
  holidays: z.array(dateSchema).exactOptional(),
  /** Days with hours of their own, which come before holidays and weekdays; those of one year before those of every year. */
  exceptions: z.record(dateSchema, daySchema).exactOptional(),
});
export type Calendar = z.output<typeof calendarSchema>;

export interface Opening {
  isOpen: boolean;
  /** The day and hours that say so, such as `MONDAY 08:00-18:00` or `holiday 2026-12-25`. */
  because: string;
}

/**
 * Whether a calendar is open.
 *
 * Hours belong to the day on which they begin: a night shift goes on into the next day, whatever that day is. An hour that
 * comes twice when clocks are set back is open both times; one that is left out never comes.
 *
 * @param at - epoch milliseconds
 */
export function openingAt(calendar: Calendar, at: number): Opening {
  const now = DateTime.fromMillis(at, { zone: calendar.timeZone });
  const minute = now.hour * 60 + now.minute;
  const today = planOf(calendar, now);
  const before = planOf(calendar, now.minus({ days: 1 }));
  const isOvernight = ({ from, until }: Hours) => until <= from;
  const begun = today.hours?.find(
    (hours) => minute >= hours.from && (minute < hours.until || isOvernight(hours)),
  );
  const goingOn = before.hours?.find((hours) => isOvernight(hours) && minute < hours.until);
  if (begun !== undefined) return { isOpen: true, because: `${today.day} ${begun.text}` };
  if (goingOn !== undefined) return { isOpen: true, because: `${before.day} ${goingOn.text}` };
  const hours = today.hours?.map(({ text }) => text).join(', ');
  return { isOpen: false, because: hours ? `${today.day} ${hours}` : today.day };
}

/** The hours that begin on a day, and what the day is. */
function planOf(
  { weekly, holidays, exceptions }: Calendar,
  day: DateTime,
): { day: string; hours: readonly Hours[] | undefined } {
  const date = day.toFormat('yyyy-MM-dd');
  const names = [date, date.slice(5)];
  for (const name of names) {
    const hours = exceptions?.[name];
    if (hours !== undefined) return { day: `exception ${name}`, hours };
  }
  const holiday = names.find((each) => holidays?.includes(each));
  if (holiday !== undefined) return { day: `holiday ${holiday}`, hours: undefined };
  const weekday = weekdays[day.weekday - 1] as (typeof weekdays)[number];
  return { day: weekday, hours: weekly[weekday] };
}

import type { z } from 'zod';

/**
 * What can be used of a signal's payload: nobody can be told that it is wrong, and a hangup must not be
 * lost over a mistyped time. Fields that do not fit are left out; without a valid `transferId` nothing is
 * left.
 */
export function salvageReport<T extends z.ZodObject>(schema: T, payload: unknown): z.output<T> | undefined {
  const whole = schema.safeParse(payload);
  if (whole.success) return whole.data;
  if (typeof payload !== 'object' || payload === null) return undefined;
  const wrong = new Set(whole.error.issues.map(({ path }) => path[0]));
  const rest = Object.fromEntries(Object.entries(payload).filter(([field]) => !wrong.has(field)));
  return schema.safeParse(rest).data;
}

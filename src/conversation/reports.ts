/** What call control reports, as events of the conversation. */
import type { z } from 'zod';

import { connectReportSchema, disconnectReportSchema } from '../contract/telephony-events';
import type { LegEvent } from '../leg/leg-state';

import type { ConversationEventOf } from './conversation-state';

export type CheckedReport = z.output<typeof disconnectReportSchema>;
type Reported = ConversationEventOf<'reported'>;

/** A report, or that its payload could not be read. */
export const asReported = (
  what: Reported['what'],
  transferId: string | undefined,
  event: LegEvent | null,
  now: number,
): Reported => ({ type: 'reported', what, transferId: transferId ?? null, event, now });

export function connectIn(payload: unknown, now: number): Reported {
  const report = salvaged(connectReportSchema, payload);
  const event = report && ({ type: 'connected', at: instant(report.at, now), now } as const);
  return asReported('connected', report?.transferId, event ?? null, now);
}

export function disconnectIn(payload: unknown, now: number): Reported {
  const report = salvaged(disconnectReportSchema, payload);
  return asReported('disconnected', report?.transferId, report ? disconnectEvent(report, now) : null, now);
}

export const disconnectEvent = (
  { by = 'UNKNOWN', cause = 'NORMAL', at, answerWithinMs }: CheckedReport,
  now: number,
): LegEvent => ({
  type: 'disconnected',
  by,
  cause,
  at: instant(at, now),
  now,
  answerWithinMs,
});

const instant = (at: string | undefined, now: number): number => (at === undefined ? now : Date.parse(at));

/**
 * What can be used of a signal's payload: nobody can be told that it is wrong, and a hangup must not be lost over a
 * mistyped time. Fields that do not fit are left out; without a valid `transferId` nothing is left.
 */
export function salvaged<T extends z.ZodObject>(schema: T, payload: unknown): z.output<T> | undefined {
  const whole = schema.safeParse(payload);
  if (whole.success) return whole.data;
  if (typeof payload !== 'object' || payload === null) return undefined;
  const wrong = new Set(whole.error.issues.map(({ path }) => path[0]));
  const rest = Object.fromEntries(Object.entries(payload).filter(([field]) => !wrong.has(field)));
  return schema.safeParse(rest).data;
}

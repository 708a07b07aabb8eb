/** Any event of a leg's life, and any order of events, for properties of the pure fold. */
import fc from 'fast-check';

import { fallbackReasons } from '../../src/contract/outcomes';
import type { LegContext, TransferSnapshot } from '../../src/contract/transfer';
import type { LegEvent, LegEventOf } from '../../src/leg/leg-state';

import { at, BILLING, REQUESTED_AT, TRANSPORT } from './legs';

/** What the phone system says of who hung up and why; the words after `FAILED` are its own. */
const parties = fc.constantFrom('GENERATIVE_AGENT' as const, 'CUSTOMER' as const, 'UNKNOWN' as const);
const ambiguousCauses = fc.constantFrom('NORMAL', 'FAILED', 'LUNCH', 'busy');
const causes = fc.oneof(ambiguousCauses, fc.constantFrom('BUSY', 'NO_ANSWER', 'REJECTED', 'CANCELLED'));

/** From a second before the request to two hours after it: around every limit, and far from all. */
const time = fc
  .oneof(
    fc.constantFrom(-1, 0, 1, 47, 48, 59, 60, 61, 74, 75, 119, 120, 3600),
    fc.integer({ min: -1, max: 7200 }),
  )
  .map((seconds) => REQUESTED_AT + seconds * 1000);

const timeOrNull = fc.option(time, { nil: null });

const contexts: fc.Arbitrary<(LegContext & { transferType: string }) | null> = fc.constantFrom(
  null,
  { transferType: 'AGENT', ...BILLING },
  { transferType: 'SYSTEM', ...BILLING },
  { transferType: 'HOLOGRAM', ...BILLING },
);

/** ASAPP's word on a call that was: the end of its life. */
export const completedTransfers: fc.Arbitrary<TransferSnapshot> = fc.record({
  status: fc.constant('COMPLETED' as const),
  callReceivedAt: timeOrNull,
  completedAt: timeOrNull,
  outputContext: contexts,
});

const expiredTransfer: TransferSnapshot = {
  status: 'EXPIRED',
  callReceivedAt: null,
  completedAt: null,
  outputContext: null,
};

const transfers: fc.Arbitrary<TransferSnapshot> = fc.oneof(
  completedTransfers,
  fc.constant(expiredTransfer),
  fc.record({
    status: fc.constantFrom('ACTIVE' as const, 'ONGOING' as const),
    callReceivedAt: timeOrNull,
    completedAt: fc.constant(null),
    outputContext: fc.constant(null),
  }),
);

const AFTERWARDS = REQUESTED_AT + 7_200_000;

const now = time;
const reason = fc.constantFrom(...fallbackReasons);
const type = <T extends LegEvent['type']>(name: T) => fc.constant(name);

/** Any event at any time. */
export const events: fc.Arbitrary<LegEvent> = fc.oneof(
  fc.record({ type: type('assigned'), transport: fc.constant(TRANSPORT), now }),
  fc.record({ type: type('connected'), at: time, now }),
  fc.record({ type: type('disconnected'), by: parties, cause: causes, at: time, now }),
  fc.record({ type: type('transferSeen'), transfer: transfers, now }),
  fc.record({
    type: fc.constantFrom('checkFailed' as const, 'checkRequested' as const, 'outOfTime' as const),
    now,
  }),
  fc.record({
    type: fc.constantFrom('unavailable' as const, 'resultUnavailable' as const),
    reason,
    now,
  }),
  fc.record({ type: fc.constantFrom('callDurationExceeded' as const, 'cancelled' as const), now }),
);

/** Any order of events. Half of them begin with a number, or nothing much would happen. */
export const histories: fc.Arbitrary<LegEvent[]> = fc
  .tuple(fc.boolean(), fc.array(events, { maxLength: 12 }))
  .map(([hasNumber, rest]) =>
    hasNumber ? [{ type: 'assigned', transport: TRANSPORT, now: REQUESTED_AT + 1000 }, ...rest] : rest,
  );

/** What call control reports of a call that may have been up, in any number and order: who hears of it when is apart. */
const reportsOfACall: fc.Arbitrary<CallReport[]> = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.record({ type: type('disconnected'), by: parties, cause: ambiguousCauses, at: time }), {
      minLength: 1,
      maxLength: 3,
    }),
    time,
  )
  .map(([isConnected, hangups, connectedAt]) => [
    ...(isConnected ? [{ type: 'connected' as const, at: connectedAt }] : []),
    ...hangups,
  ]);

type WithoutNow<Event> = Event extends LegEvent ? Omit<Event, 'now'> : never;
type CallReport = WithoutNow<LegEventOf<'connected'> | LegEventOf<'disconnected'>>;

/** The same reports in two orders. */
export const inTwoOrders = reportsOfACall.chain((reports) =>
  fc.tuple(
    fc.constant(reports),
    fc.shuffledSubarray(reports, { minLength: reports.length, maxLength: reports.length }),
  ),
);

/** Times at which four reports are heard of: before the expiry of the number at 60 s, around it, or after it. */
export const hearings = fc
  .array(fc.oneof(fc.integer({ min: 2, max: 90 }), fc.constantFrom(59, 60, 61)), {
    minLength: 4,
    maxLength: 4,
  })
  .map((seconds) => seconds.sort((a, b) => a - b).map(at));

/** These reports, heard of one after the other at these times. */
export const heard = (reports: CallReport[], times: number[]): LegEvent[] =>
  reports.map((report, index) => ({ ...report, now: times[index] ?? at(90) }));

/** ASAPP's last word on a leg that waits for its result, two hours after the request. */
export const answers: fc.Arbitrary<LegEvent> = fc.oneof(
  fc.record({
    type: type('transferSeen'),
    transfer: fc.oneof(
      completedTransfers,
      timeOrNull.map((callReceivedAt) => ({ ...expiredTransfer, callReceivedAt })),
    ),
    now: fc.constant(AFTERWARDS),
  }),
  fc.record({ type: type('resultUnavailable'), reason, now: fc.constant(AFTERWARDS) }),
);

/** The same events at times that never go back, none before the request. */
export const inTime = (history: LegEvent[]): LegEvent[] => {
  const times = history.map(({ now: heardAt }) => Math.max(heardAt, REQUESTED_AT)).sort((a, b) => a - b);
  return history.map((event, index) => ({ ...event, now: times[index] ?? REQUESTED_AT }));
};

import fc from 'fast-check';

import { decideBy, nextWake } from '../../src/leg/leg-schedule';
import { isUp, type LegEvent, type LegState } from '../../src/leg/leg-state';
import { answers, heard, hearings, histories, inTime, inTwoOrders } from '../support/leg-arbitraries';
import { at, dialledLegAfter, legAfter, settings } from '../support/legs';

const runs = { numRuns: 2000 };

/** What a leg comes to, as far as call control is answered by it. */
const comesTo = ({ end, connectedAfterExpiry }: LegState) => ({
  outcome: end?.outcome,
  reason: end?.reason,
  context: end?.context,
  connectedAfterExpiry,
});

test('the same reports in any order, before or after the expiry, come to the same end', () => {
  fc.assert(
    fc.property(inTwoOrders, hearings, hearings, answers, ([reports, shuffled], times, others, answer) => {
      const inOrder = dialledLegAfter(...heard(reports, times), answer);
      const inAnyOrder = dialledLegAfter(...heard(shuffled, others), answer);

      expect(inOrder.end).not.toBeNull();
      expect(comesTo(inAnyOrder)).toEqual(comesTo(inOrder));
    }),
    runs,
  );
});

test('a connect to an expired number tells of a caller who may be elsewhere, before the end and after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 7200 }).map(at), (now) => {
      const connect = { type: 'connected' as const, at: now, now };
      const transfer = {
        status: 'EXPIRED' as const,
        callReceivedAt: null,
        completedAt: null,
        outputContext: null,
      };
      const seen = { type: 'transferSeen' as const, transfer, now };
      const before = dialledLegAfter(connect, seen);
      const after = dialledLegAfter(seen, connect);
      expect([before.connectedAfterExpiry, after.connectedAfterExpiry]).toEqual([true, true]);
      expect(after.end?.outcome).toBe(before.end?.outcome);
    }),
  );
});

test('no time is shown before the request, after it was heard of, or a connect after its disconnect', () => {
  fc.assert(
    fc.property(histories.map(inTime), (history) => {
      const leg = legAfter(...history);
      const now = history.at(-1)?.now ?? leg.requestedAt;
      const { connectedAt, disconnect } = leg;
      const shown = [
        leg.requestedAt,
        ...(connectedAt === null ? [] : [connectedAt]),
        ...(disconnect === null ? [] : [disconnect.at, disconnect.reportedAt]),
        now,
      ];
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    }),
    runs,
  );
});

/** The same event at other times, as call control and ASAPP say. */
const saidAt = (event: LegEvent, time: number): LegEvent => {
  if (event.type === 'connected' || event.type === 'disconnected') return { ...event, at: time };
  if (event.type !== 'transferSeen') return event;
  const { callReceivedAt, completedAt } = event.transfer;
  const transfer = {
    ...event.transfer,
    callReceivedAt: callReceivedAt && time,
    completedAt: completedAt && time,
  };
  return { ...event, transfer };
};

test('when others say that something happened moves no limit and no end', () => {
  const times = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }).map(at), {
    minLength: 13,
    maxLength: 13,
  });
  fc.assert(
    fc.property(histories.map(inTime), times, (history, others) => {
      const leg = legAfter(...history);
      const other = legAfter(...history.map((event, index) => saidAt(event, others[index] ?? 0)));
      const now = history.at(-1)?.now ?? at(0);

      expect([other.phase, other.end]).toEqual([leg.phase, leg.end]);
      expect(decideBy(other, settings())).toBe(decideBy(leg, settings()));
      expect(isUp(other) && nextWake(other, settings(), now)).toEqual(
        isUp(leg) && nextWake(leg, settings(), now),
      );
    }),
    runs,
  );
});

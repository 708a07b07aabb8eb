import fc from 'fast-check';

import { isFallback, type Outcome } from '../../src/contract/outcomes';
import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { isDialable, type LegEvent, type LegState } from '../../src/leg/leg-state';
import { answers, completedTransfers, events, histories } from '../support/leg-arbitraries';
import { assigned, at, cancelled, dialledLegAfter, legAfter, resultUnavailable } from '../support/legs';

/** The leg before the first event and after each. */
function statesOf(history: LegEvent[]): LegState[] {
  const states = [legAfter()];
  for (const event of history) states.push(applyLegEvent(states.at(-1) as LegState, event));
  return states;
}

const moments = fc.integer({ min: -10, max: 7200 }).map(at);
const runs = { numRuns: 1000 };

test('no order of events ends a leg twice, or changes how it ended', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const ends = statesOf(history).map(({ end }) => end);
      const firstEnd = ends.findIndex((end) => end !== null);
      const later = firstEnd < 0 ? [] : ends.slice(firstEnd);
      expect(later.every((end) => end === later[0])).toBe(true);
    }),
    runs,
  );
});

test('a leg is in the phase ENDED where it has an outcome, and nowhere else', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { phase, end } of statesOf(history)) expect(phase === 'ENDED').toBe(end !== null);
    }),
    runs,
  );
});

test('an end has a reason where its outcome is a fallback, and nowhere else', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { end } = legAfter(...history, cancelled(7300));
      expect(end).not.toBeNull();
      expect(end?.reason !== null).toBe(isFallback(end?.outcome as Outcome));
    }),
    runs,
  );
});

test('a number is never dialable at its dialBy or later', () => {
  fc.assert(
    fc.property(histories, moments, (history, moment) => {
      const leg = legAfter(...history);
      expect(isDialable(leg, moment) && moment >= leg.assigned.dialBy).toBe(false);
    }),
    runs,
  );
});

test('a number is never dialable after anybody connected or disconnected, whatever comes before and after', () => {
  const ofTheCall = events.filter(({ type }) => type === 'connected' || type === 'disconnected');
  fc.assert(
    fc.property(histories, ofTheCall, histories, moments, (before, event, after, moment) => {
      const leg = legAfter(assigned(1), ...before, event, ...after);
      expect(isDialable(leg, moment)).toBe(false);
    }),
    runs,
  );
});

test('a hangup and a completed transfer end every leg, with a report or without one', () => {
  fc.assert(
    fc.property(histories, completedTransfers, (history, transfer) => {
      const leg = legAfter(...history, { type: 'transferSeen', transfer, now: at(7300) });
      expect(leg.end).not.toBeNull();
    }),
    runs,
  );
});

test('a leg that waits for its result ends when the time is up', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const leg = legAfter(...history);
      const later = applyLegEvent(leg, resultUnavailable(7300, 'RESULT_STILL_PENDING'));
      expect(later.end !== null).toBe(leg.phase === 'DISCONNECTED' || leg.end !== null);
    }),
    runs,
  );
});

test("the customer's hangup decides about a call that was up, whatever else is reported and answered", () => {
  const reports = fc.array(
    events.filter(({ type }) => type === 'disconnected' || type === 'connected'),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(reports, reports, answers, (before, after, answer) => {
      const leg = dialledLegAfter(
        { type: 'connected', at: at(5), now: at(5) },
        ...before,
        { type: 'disconnected', by: 'CUSTOMER', cause: 'NORMAL', at: at(30), now: at(30) },
        ...after,
        answer,
      );
      expect(leg.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', reason: null });
    }),
    runs,
  );
});

test('an event that comes twice in a row leads to the same end as once', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const once = legAfter(...history);
      const twice = legAfter(...history.flatMap((event) => [event, event]));
      expect({ phase: twice.phase, end: twice.end }).toEqual({ phase: once.phase, end: once.end });
    }),
    runs,
  );
});

test('events do not change the state that they are applied to, and every state is plain JSON', () => {
  fc.assert(
    fc.property(histories, events, (history, event) => {
      const leg = legAfter(...history);
      const text = JSON.stringify(leg);
      const next = applyLegEvent(leg, event);
      expect(JSON.stringify(leg)).toBe(text);
      expect(JSON.parse(JSON.stringify(next))).toEqual(next);
    }),
    runs,
  );
});

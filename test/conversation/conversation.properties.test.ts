import fc from 'fast-check';

import { conversationViewSchema } from '../../src/contract/conversation-view';
import { viewOf } from '../../src/conversation/answers';
import { findLeg, newestLeg } from '../../src/conversation/conversation-state';
import { conversations, type Step } from '../support/conversation-arbitraries';

/** Checks every step of any history. */
const always = (check: (step: Step) => void) => {
  fc.assert(
    fc.property(conversations, (steps) => {
      for (const step of steps) check(step);
    }),
    { numRuns: 100 },
  );
};

test('at most one leg is in progress, and it is the newest', () => {
  always(({ after: { legs } }) => {
    expect(legs.slice(0, -1).filter(({ state }) => state.end === null)).toEqual([]);
  });
});

test('every leg that another follows has its decision', () => {
  always(({ after: { legs } }) => {
    const undecided = legs
      .slice(0, -1)
      .filter((leg) => leg.decision === null && leg.earlierDecision === null);
    expect(undecided).toEqual([]);
  });
});

test('only a leg that has ended is decided about, and a decision is never replaced', () => {
  always(({ before, after }) => {
    for (const leg of before.legs) {
      const later = findLeg(after, leg.request.transferId);
      const isKept = later !== undefined && leg.decision !== null;
      expect(isKept ? later.decision : leg.decision).toBe(leg.decision);
      const isEarlier = later !== undefined && leg.earlierDecision !== null;
      expect(isEarlier ? later.earlierDecision : leg.earlierDecision).toBe(leg.earlierDecision);
    }
    expect(after.legs.filter(({ decision, state }) => decision !== null && state.end === null)).toEqual([]);
  });
});

test('a leg that has ended stays as it ended', () => {
  always(({ before, after }) => {
    for (const { request, state } of before.legs) {
      const { end } = findLeg(after, request.transferId)?.state ?? state;
      const { context: _, ...then } = state.end ?? { context: null };
      expect(state.end === null ? {} : end).toMatchObject(then);
    }
  });
});

test('what is reported of a leg that is not the newest changes no leg, and is visible', () => {
  always(({ before, after, event }) => {
    const isStray = event.type === 'reported' && event.transferId !== newestLeg(before)?.request.transferId;
    expect(isStray ? after.legs : before.legs).toBe(before.legs);
    expect(after.ignored.count - before.ignored.count).toBeGreaterThanOrEqual(isStray ? 1 : 0);
  });
});

test('a leg that is wanted has not begun, and the newest leg is not over', () => {
  always(({ after }) => {
    const { wanted, cancelled } = after;
    const leg = newestLeg(after);
    const isOver =
      leg !== undefined && leg.state.end !== null && (leg.decision ?? leg.earlierDecision) !== null;
    expect(wanted !== null && !cancelled && isOver).toBe(false);
    expect(wanted === null ? undefined : findLeg(after, wanted.transferId)).toBeUndefined();
  });
});

test('of a leg that another follows no input context is kept, no report, and its context once', () => {
  always(({ after: { legs } }) => {
    for (const { request, reports, state } of legs.slice(0, -1)) {
      expect([request.inputContext, reports, state.end?.context]).toEqual([undefined, [], null]);
    }
  });
});

test('no leg is shown to be connected after its disconnect', () => {
  always(({ after: { legs } }) => {
    const shown = legs.map(
      ({ state: { connectedAt, disconnect } }) => (connectedAt ?? 0) <= (disconnect?.at ?? Infinity),
    );
    expect(shown).not.toContain(false);
  });
});

test('a conversation is plain JSON, and its view as the contract says', () => {
  fc.assert(
    fc.property(conversations, (steps) => {
      const { after, now } = steps.at(-1) as Step;
      expect(JSON.parse(JSON.stringify(after))).toEqual(after);
      const view = viewOf(after, now);
      expect(conversationViewSchema.parse(view)).toEqual(view);
    }),
    { numRuns: 100 },
  );
});

test('a conversation of any history has 100 legs at most, numbered in their order', () => {
  always(({ before, after }) => {
    const numbers = after.legs.map(({ request }) => request.legNumber);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers.at(-1) ?? 0).toBe(after.legCount);
    expect(after.legCount - before.legCount).toBeLessThanOrEqual(1);
    expect(after.legs.length).toBeLessThanOrEqual(100);
  });
});

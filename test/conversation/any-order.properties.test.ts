import fc from 'fast-check';

import type { ConversationState } from '../../src/conversation/conversation-state';
import { endedLeg } from '../../src/conversation/routing-facts';
import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg, type LegEvent, type LegState } from '../../src/leg/leg-state';
import { legResult, legWithResult } from '../../src/leg/leg-views';
import {
  after,
  begunConversation,
  conversationAfter,
  hungUp,
  legRequested,
  legTold,
  newest,
  onLeg,
  reported,
} from '../support/conversations';
import { answers, heard, hearings, inTwoOrders } from '../support/leg-arbitraries';
import { assigned, checkFailed } from '../support/legs';

const runs = { numRuns: 1000 };

/** What the newest leg is decided by, whichever it is. */
function decidedBy(state: ConversationState) {
  const { request, state: leg } = newest(state);
  if (leg.end === null) throw new Error('The leg has not ended');
  const { transferId: _, legNumber: __, ...facts } = endedLeg(request, leg.end);
  return { ...facts, connectedAfterExpiry: leg.connectedAfterExpiry };
}

/** The first leg after these reports and ASAPP's answer. */
const here = (reports: LegEvent[], answer: LegEvent) =>
  after(conversationAfter(assigned(1)), ...reports.map((report) => reported(report)), onLeg(answer));

const ofItsOwn = (...events: LegEvent[]): LegState =>
  events.reduce(applyLegEvent, newLeg('b', assigned(0).now));

/**
 * A leg in a workflow of its own after the same: it tells its state after some of the reports, of fewer of which it has
 * heard, and hears of all before ASAPP answers.
 */
function elsewhere(reports: LegEvent[], answer: LegEvent, toldAfter: number, heardOf: number) {
  const requested = after(
    hungUp(begunConversation()),
    legRequested('b', 0),
    legTold('b', ofItsOwn(assigned(1)), 0),
  );
  const before = after(requested, ...reports.slice(0, toldAfter).map((report) => reported(report, 'b')));
  // Its workflow is told of the reports that changed something, in their order.
  const known = newest(before).reports.slice(0, heardOf);
  const told = ofItsOwn(assigned(1), ...known, checkFailed(2));
  const own = ofItsOwn(assigned(1), ...reports, answer);
  const state = after(
    before,
    legTold('b', told, known.length),
    ...reports.slice(toldAfter).map((report) => reported(report, 'b')),
  );
  if (own.end === null) throw new Error('The leg has not ended');
  const result = legWithResult(newest(state).state, legResult(own, own.end));
  return { state, ended: after(state, legTold('b', result, Infinity)), own };
}

const counts = fc.integer({ min: 0, max: 4 });

test('what is reported in any order, before or after the expiry, leads to the same decision', () => {
  fc.assert(
    fc.property(inTwoOrders, hearings, hearings, answers, ([reports, shuffled], times, others, answer) => {
      expect(decidedBy(here(heard(shuffled, others), answer))).toEqual(
        decidedBy(here(heard(reports, times), answer)),
      );
    }),
    runs,
  );
});

test('a leg in a workflow of its own is decided by the same as one that runs here', () => {
  fc.assert(
    fc.property(
      inTwoOrders,
      hearings,
      answers,
      counts,
      counts,
      ([reports, shuffled], times, answer, toldAfter, heardOf) => {
        const { ended } = elsewhere(heard(shuffled, times), answer, toldAfter, heardOf);
        expect(decidedBy(ended)).toEqual(decidedBy(here(heard(reports, times), answer)));
      },
    ),
    runs,
  );
});

test('a leg whose own workflow is gone goes on here with all that was reported', () => {
  fc.assert(
    fc.property(
      inTwoOrders,
      hearings,
      answers,
      counts,
      counts,
      ([reports, shuffled], times, answer, toldAfter, heardOf) => {
        const { state } = elsewhere(heard(shuffled, times), answer, toldAfter, heardOf);
        expect(decidedBy(after(state, onLeg(answer, 'b')))).toEqual(
          decidedBy(here(heard(reports, times), answer)),
        );
      },
    ),
    runs,
  );
});

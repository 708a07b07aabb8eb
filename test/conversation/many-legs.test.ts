import { newestDecision, viewOf } from '../../src/conversation/answers';
import { legsInRun, type ConversationState } from '../../src/conversation/conversation-state';
import {
  after,
  answerTo,
  begunConversation,
  escalatedTo,
  hungUp,
  legRequested,
  newest,
  recordOf,
  reported,
  withHungUpLeg,
} from '../support/conversations';
import { at, BILLING, connected, settings, TRANSFER_ID } from '../support/legs';

function ofLegs(count: number): ConversationState {
  const numbers = Array.from({ length: count - 1 }, (_, index) => index + 2);
  return numbers.reduce(
    (state, number) => withHungUpLeg(state, `leg-${number}`),
    hungUp(begunConversation()),
  );
}

const carried = (state: ConversationState) =>
  JSON.parse(JSON.stringify(after(state, { type: 'continuedAsNew' }))) as ConversationState;

describe('a conversation of many legs', () => {
  it('keeps the latest 100', () => {
    const state = ofLegs(130);
    const ids = state.legs.map(({ request }) => request.transferId);

    expect(ids).toHaveLength(100);
    expect([ids[0], ids.at(-1)]).toEqual(['leg-31', 'leg-130']);
    expect(newestDecision(state)?.legs.map(({ transferId }) => transferId)).toEqual(ids);
    expect(viewOf(state, at(50)).legs.map(({ transferId }) => transferId)).toEqual(ids);
    expect(newest(state).request.legNumber).toBe(130);
    expect(answerTo(state, 50, { transferId: 'leg-31' })).toBe('route leg-31');
  });

  it('keeps the context of a leg once, in its decision', () => {
    const inputContext = { taskName: 'billing', inputVariables: { accountNumber: '3434' } };
    const second = after(hungUp(begunConversation()), legRequested('b', 10, { inputContext }));
    const state = withHungUpLeg(escalatedTo(second), 'c');
    const { request, reports, state: leg, decision } = recordOf(state, 'b');

    expect(request).not.toHaveProperty('inputContext');
    expect(reports).toEqual([]);
    expect(leg.end).toMatchObject({ outcome: 'AGENT', context: null });
    expect(decision).toMatchObject(BILLING);
    expect(JSON.stringify(state)).not.toContain('3434');
  });

  it('goes on in another run as it was', () => {
    const before = after(ofLegs(3), reported(connected(50), 'stray'));
    const run = carried(before);

    expect(viewOf(run, at(51))).toEqual(viewOf(before, at(51)));
    expect(run.settings).toEqual(settings());
    expect(legsInRun(run)).toBe(0);
    for (const transferId of [TRANSFER_ID, 'leg-2', 'leg-3']) {
      expect(answerTo(run, 51, { transferId })).toBe(`route ${transferId}`);
    }
    const later = withHungUpLeg(run, 'leg-4');
    expect(newest(later).request.legNumber).toBe(4);
    expect(legsInRun(later)).toBe(1);
  });

  it('counts legs from the start of the run', () => {
    expect(legsInRun(ofLegs(3))).toBe(3);
  });
});

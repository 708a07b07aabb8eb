/** To the byte: what a run hands on holds as many contexts as it may. */
import { jsonBytes, largest } from '../../src/contract/sizes';
import type { ConversationState, LegRecord } from '../../src/conversation/conversation-state';
import {
  after,
  begunConversation,
  earlierDecision,
  escalatedTo,
  legRequested,
  onLeg,
} from '../support/conversations';
import { TRANSFER_ID, unavailable } from '../support/legs';

const two = escalatedTo(after(escalatedTo(begunConversation()), legRequested('b', 40)));

/** The first of these legs with a context that makes the conversation as large as this. */
function ofBytes(bytes: number, state: ConversationState): ConversationState {
  const [first, ...others] = state.legs as [LegRecord, ...LegRecord[]];
  const padded = (text: string): ConversationState => ({
    ...state,
    legs: [withText(first, text), ...others],
  });
  return padded('x'.repeat(bytes - jsonBytes(padded(''))));
}

function withText(leg: LegRecord, text: string): LegRecord {
  const { decision, earlierDecision: earlier } = leg;
  const transferVariables = { text };
  return {
    ...leg,
    decision: decision && { ...decision, transferVariables },
    earlierDecision: earlier && { ...earlier, transferVariables },
  };
}

const handedOn = (state: ConversationState) => after(state, { type: 'continuedAsNew' }).legs;

/** A comma is counted for each leg, after the last one, too. */
const MOST = largest.carried - 1;

test('a conversation that just fits is handed on whole', () => {
  const state = ofBytes(MOST, two);

  expect(handedOn(state)).toEqual(state.legs);
});

test('one that is a byte larger loses its oldest context, and nothing else', () => {
  const state = ofBytes(MOST + 1, two);
  const [first, second] = handedOn(state);

  expect(first).toMatchObject({
    contextDropped: true,
    decision: { outcome: 'AGENT', currentTaskName: null, referenceVariables: {}, transferVariables: {} },
    earlierDecision: null,
  });
  expect(second).toEqual(state.legs[1]);
});

test('a decision of another run loses its context, too', () => {
  const decided = after(
    begunConversation(),
    { type: 'decidedEarlier', transferId: TRANSFER_ID, decision: earlierDecision() },
    onLeg(unavailable(1, 'TRANSFER_ID_CONFLICT')),
    legRequested('b', 40),
  );
  const [first] = handedOn(ofBytes(MOST + 1, decided));

  expect(first).toMatchObject({ contextDropped: true, decision: null, earlierDecision: earlierDecision() });
});

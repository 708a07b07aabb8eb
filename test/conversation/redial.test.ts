import { applyConversationEvent } from '../../src/conversation/apply-conversation-event';
import {
  canRedial,
  redialOf,
  type ConversationState,
  type ConversationEvent,
} from '../../src/conversation/conversation-state';
import {
  after,
  answerTo,
  begunConversation,
  cancelledAt,
  conversationAfter,
  decideNewest,
  hungUp,
  legRequested,
  newest,
  onLeg,
  recordOf,
} from '../support/conversations';
import { assigned, at, disconnected, TRANSFER_ID } from '../support/legs';

const failed = conversationAfter(assigned(1), disconnected(9, { cause: 'BUSY' }));
const busy = decideNewest(failed, { mayRedial: true });

const redialRequested = (answerBy: number, transferId = TRANSFER_ID, newId = 'fresh'): ConversationEvent => ({
  type: 'redialRequested',
  transferId,
  newId,
  answerBy: at(answerBy),
  now: at(9),
});

const mayRedial = (state: ConversationState) => canRedial(state, newest(state));

describe('a fresh number in place of one that nobody reached', () => {
  it('is for those who wait for an answer: they request it', () => {
    expect(mayRedial(busy)).toBe(true);
    expect(answerTo(busy, 9, { asking: 'report' })).toBe('wait');
    expect(busy.legCount).toBe(1);
  });

  it('is the next leg, and its number the answer about the old leg, too', () => {
    const state = after(busy, redialRequested(13));

    expect(newest(state)).toMatchObject({
      redialOf: TRANSFER_ID,
      request: {
        transferId: 'fresh',
        legNumber: 2,
        transport: { type: 'PHONE_NUMBER', country: 'US' },
        requestedAt: at(9),
      },
    });
    expect(redialOf(state, TRANSFER_ID)).toBe(newest(state));
    expect(answerTo(state, 9)).toBe('wait');
    const dialling = after(state, onLeg(assigned(10), 'fresh'));
    for (const transferId of [TRANSFER_ID, 'fresh']) {
      expect(answerTo(dialling, 10, { transferId, asking: 'report' })).toBe('dial fresh');
    }
  });

  it.each([
    [13, 13],
    [60, 14],
  ])(
    'comes before the answer is due in %d s, or within the hard limit of a number',
    (answerBy, requestBy) => {
      expect(newest(after(busy, redialRequested(answerBy))).request.requestBy).toBe(at(requestBy));
    },
  );

  it('is requested with the input context of the leg that nobody reached', () => {
    const inputContext = { taskName: 'billing' };
    const leg = after(
      hungUp(begunConversation()),
      legRequested('b', 2, { inputContext }),
      onLeg(assigned(3), 'b'),
    );
    const over = after(leg, onLeg(disconnected(9, { cause: 'BUSY' }), 'b'));
    const state = after(decideNewest(over, { mayRedial: true }), redialRequested(13, 'b'));

    expect(newest(state).request).toMatchObject({ transferId: 'fresh', inputContext });
    expect(recordOf(state, 'b').request).not.toHaveProperty('inputContext');
  });

  it('comes once for all who wait', () => {
    const state = after(busy, redialRequested(13));

    expect(applyConversationEvent(state, redialRequested(14, TRANSFER_ID, 'another'))).toBe(state);
  });

  it('comes once: the second failure is routed, for both legs', () => {
    const again = after(
      after(busy, redialRequested(13)),
      onLeg(assigned(10), 'fresh'),
      onLeg(disconnected(20, { cause: 'NO_ANSWER' }), 'fresh'),
    );
    const state = decideNewest(again, { mayRedial: true });

    expect(mayRedial(state)).toBe(false);
    expect(applyConversationEvent(state, redialRequested(24, 'fresh', 'another'))).toBe(state);
    for (const transferId of [TRANSFER_ID, 'fresh']) {
      expect(answerTo(state, 20, { transferId })).toBe('route fresh');
    }
  });

  it('does not come where the policy allows none', () => {
    const state = decideNewest(failed);

    expect(mayRedial(state)).toBe(false);
    expect(applyConversationEvent(state, redialRequested(13))).toBe(state);
    expect(answerTo(state, 9)).toBe('route conv-1-a');
  });

  it('does not come where a reconnection is asked for', () => {
    const state = decideNewest(after(failed, legRequested('b', 9)), { mayRedial: true });

    expect(newest(state).request.transferId).toBe('b');
    expect(applyConversationEvent(state, redialRequested(13))).toBe(state);
    expect(answerTo(state, 9)).toBe('route conv-1-a');
  });

  it('does not come where the workflow was cancelled', () => {
    const state = after(busy, cancelledAt(9));

    expect(after(state, redialRequested(13)).legCount).toBe(1);
    expect(answerTo(state, 9)).toBe('route conv-1-a');
  });

  it('does not come for a leg that nobody knows', () => {
    expect(applyConversationEvent(busy, redialRequested(13, 'nobody'))).toBe(busy);
  });

  it('is answered the same after the conversation continued as new', () => {
    const state = hungUp(after(busy, redialRequested(13)));
    const carried = JSON.parse(JSON.stringify(after(state, { type: 'continuedAsNew' }))) as ConversationState;

    expect([answerTo(state, 20), answerTo(carried, 20)]).toEqual(['route fresh', 'route fresh']);
  });
});

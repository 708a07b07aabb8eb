import { answerAbout } from '../../src/conversation/answers';
import { applyConversationEvent } from '../../src/conversation/apply-conversation-event';
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
  recordOf,
  withHungUpLeg,
} from '../support/conversations';
import { assigned, at, connected, disconnected, settings, TRANSFER_ID, unavailable } from '../support/legs';

const inputContext = { taskName: 'billing', inputVariables: { accountNumber: '3434' } };
const ended = hungUp(begunConversation());

describe('a reconnection', () => {
  it('is a new leg of the same conversation, without an input context of its own', () => {
    const waiting = after(ended, { type: 'reconnectionAwaited', until: at(605) });
    expect(waiting.reconnectUntil).toBe(at(605));
    const state = after(waiting, legRequested('b', 40));

    expect(newest(state).request).toEqual({
      conversationId: 'conv-1',
      transferId: 'b',
      legNumber: 2,
      transport: { type: 'PHONE_NUMBER', country: 'US' },
      inputContext: undefined,
      taskName: null,
      isAdmitted: true,
      requestedAt: at(40),
      requestBy: at(45),
    });
    expect(state).toMatchObject({ reconnectUntil: null, wanted: null, legCount: 2 });
  });

  it('has the country, the input context and the time of whoever asks; its limit is from when it was heard of', () => {
    const request = { country: 'CA', inputContext, at: '2025-06-19T13:38:38Z' };

    expect(newest(after(ended, legRequested('b', 40, request))).request).toMatchObject({
      transport: { type: 'PHONE_NUMBER', country: 'CA' },
      inputContext,
      requestedAt: at(38),
      requestBy: at(45),
    });
  });

  it('is let through without being asked again, unless the leg before was not', () => {
    const refused = conversationAfter(unavailable(1, 'NOT_ADMITTED'));
    const second = after(decideNewest(refused), legRequested('b', 40));

    expect(newest(second).request.isAdmitted).toBe(false);
    expect(newest(after(ended, legRequested('b', 40))).request.isAdmitted).toBe(true);
  });

  it('is not shown as requested after it was heard of', () => {
    const state = after(ended, legRequested('b', 40, { at: '2025-06-19T14:00:00Z' }));

    expect(newest(state).request.requestedAt).toBe(at(40));
  });

  it('is limited by what call control can wait', () => {
    expect(newest(after(ended, legRequested('b', 40, { answerWithinMs: 1500 }))).request.requestBy).toBe(
      at(41.5),
    );
  });

  it('begins as soon as the leg before has its decision', () => {
    const fetching = conversationAfter(assigned(1), connected(5), disconnected(30));
    const asked = after(fetching, legRequested('b', 31), legRequested('c', 32));

    expect(asked.wanted).toMatchObject({ transferId: 'b', requestedAt: at(31) });
    expect(newest(asked).request.transferId).toBe(TRANSFER_ID);
    const over = after(asked, {
      type: 'leg',
      transferId: TRANSFER_ID,
      event: { type: 'resultUnavailable', reason: 'RESULT_STILL_PENDING', now: at(34) },
    });
    expect(newest(over).request.transferId).toBe(TRANSFER_ID);
    expect(newest(decideNewest(over)).request).toMatchObject({ transferId: 'b', requestBy: at(36) });
  });

  it('of a customer who hung up ends a leg whose result is pending at once', () => {
    const fetching = conversationAfter(assigned(1), connected(5), disconnected(30, { by: 'CUSTOMER' }));
    const asked = after(fetching, legRequested('b', 31));

    expect(newest(asked)).toMatchObject({
      request: { transferId: TRANSFER_ID },
      state: { end: { outcome: 'CUSTOMER_HUNG_UP', reason: null, endedAt: at(31) } },
    });
    expect(newest(asked).reports).toContainEqual({ type: 'outOfTime', now: at(31) });
    expect(newest(decideNewest(asked)).request.transferId).toBe('b');
  });

  it('of anybody else waits for the result', () => {
    const fetching = conversationAfter(
      assigned(1),
      connected(5),
      disconnected(30, { by: 'GENERATIVE_AGENT' }),
    );

    expect(newest(after(fetching, legRequested('b', 31))).state.end).toBeNull();
  });

  it('that is asked for twice is one leg', () => {
    const once = after(ended, legRequested('b', 40));

    expect(applyConversationEvent(once, legRequested('b', 42))).toBe(once);
  });

  it('is not opened before the first leg, nor after the workflow was cancelled', () => {
    const state = after(begunConversation(), cancelledAt(2));

    expect(newest(state).state.end).toMatchObject({ outcome: 'CANCELLED' });
    expect(newest(decideNewest(after(state, legRequested('b', 40)))).request.transferId).toBe(TRANSFER_ID);
  });

  it('that waits for a decision is forgotten when the workflow is cancelled', () => {
    const fetching = conversationAfter(assigned(1), connected(5), disconnected(30));
    const state = after(fetching, legRequested('b', 31), cancelledAt(32));

    expect(state).toMatchObject({ cancelled: true, wanted: null });
    expect(decideNewest(state).legCount).toBe(1);
  });
});

describe('a leg', () => {
  it('is found by its transferId, and its input context kept no longer than it runs', () => {
    const second = after(ended, legRequested('b', 40, { inputContext }));
    expect(recordOf(second, 'b').request.inputContext).toEqual(inputContext);
    const third = after(hungUp(second), legRequested('c', 60));

    expect(recordOf(third, 'b').request).not.toHaveProperty('inputContext');
    expect(newest(third).request.transferId).toBe('c');
  });

  it('after another is listed in its own decision and not in the one before', () => {
    const state = withHungUpLeg(ended, 'b');
    const legsIn = (transferId: string) => {
      const answer = answerAbout(state, transferId, 'request', at(100));
      return answer !== undefined && 'decision' in answer ? answer.decision.legs : [];
    };

    expect(legsIn(TRANSFER_ID).map((leg) => leg.transferId)).toEqual(['conv-1-a']);
    expect(legsIn('b').map((leg) => leg.transferId)).toEqual(['conv-1-a', 'b']);
  });

  it('has a number to dial of its own', () => {
    const state = after(ended, legRequested('b', 2), {
      type: 'leg',
      transferId: 'b',
      event: assigned(3),
    });

    expect(answerTo(state, 4, { transferId: 'b' })).toBe('dial b');
    expect(answerTo(state, 4)).toBe('route conv-1-a');
  });

  it('has the settings that the conversation began with', () => {
    expect(after(ended, legRequested('b', 40)).settings).toEqual(settings());
  });
});

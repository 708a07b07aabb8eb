import { legsInRun, newConversation } from '../../src/conversation/conversation-state';
import {
  after,
  begun,
  begunConversation,
  cancelledAt,
  INPUT,
  newest,
  requestWith,
} from '../support/conversations';
import { at, REQUESTED_AT } from '../support/legs';

const BILLING_CONTEXT = { taskName: 'billing', inputVariables: { accountNumber: '3434' } };
const unnamed = newConversation({ ...INPUT, transferId: undefined });

describe('the first leg', () => {
  it("is the one of the start's transferId", () => {
    const state = after(newConversation(INPUT), ...begun({}, requestWith({ transferId: 'asked' })));

    expect(newest(state).request.transferId).toBe('conv-1-a');
  });

  it('is the one that is requested together with a start without a transferId', () => {
    const state = after(
      unnamed,
      ...begun(
        { requestDeadlineMs: 7000 },
        requestWith({ transferId: 'asked', inputContext: BILLING_CONTEXT }),
      ),
    );

    expect(newest(state).request).toEqual({
      conversationId: 'conv-1',
      transferId: 'asked',
      legNumber: 1,
      transport: { type: 'PHONE_NUMBER', country: 'US' },
      inputContext: BILLING_CONTEXT,
      taskName: 'billing',
      isAdmitted: false,
      requestedAt: REQUESTED_AT,
      requestBy: REQUESTED_AT + 7000,
    });
  });

  it('has no label of a task in metrics before it is decided', () => {
    expect(newest(begunConversation()).task).toBe('none');
  });

  it('has a new id where nobody named one', () => {
    expect(newest(after(unnamed, ...begun())).request.transferId).toBe('generated');
  });

  it("has the start's input context before the request's", () => {
    const started = newConversation({
      ...INPUT,
      inputContext: { taskName: 'started', inputVariables: undefined },
    });
    const state = after(started, ...begun({}, requestWith({ inputContext: BILLING_CONTEXT })));

    expect(newest(state).request.inputContext).toEqual({ taskName: 'started' });
  });

  it.each([
    [undefined, 5000],
    [1200, 1200],
    [9000, 5000],
  ])('has its hard limit from the request, or what call control can wait: %p', (answerWithinMs, limitMs) => {
    const state = after(unnamed, ...begun({ requestDeadlineMs: 5000 }, requestWith({ answerWithinMs })));

    expect(newest(state).request.requestBy).toBe(REQUESTED_AT + limitMs);
  });

  it('begins once, and no request changes it afterwards', () => {
    const state = begunConversation();

    expect(after(state, ...begun({ requestDeadlineMs: 9000 }))).toBe(state);
    expect(after(state, ...begun({}, requestWith({ transferId: 'asked' })))).toBe(state);
    expect(legsInRun(state)).toBe(1);
  });

  it('of a workflow that was cancelled before it began ends at once', () => {
    const state = after(newConversation(INPUT), cancelledAt(0), ...begun());

    expect(newest(state).state.end).toMatchObject({ outcome: 'CANCELLED', endedAt: at(0) });
  });
});

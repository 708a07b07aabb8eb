import { newestDecision } from '../../src/conversation/answers';
import { newConversation, type ConversationState } from '../../src/conversation/conversation-state';
import { endedEvent, resultOf, taskOf } from '../../src/conversation/ended';
import {
  after,
  begunConversation,
  conversationAfter,
  decideNewest,
  escalatedTo,
  hungUp,
  INPUT,
  legRequested,
  newest,
  onLeg,
} from '../support/conversations';
import { assigned, at, connected, disconnected, escalated, seen } from '../support/legs';

function decisionOf(state: ConversationState) {
  const decision = newestDecision(state);
  if (decision === null) throw new Error('There is no decision');
  return decision;
}

const result = (state: ConversationState) => resultOf(state, decisionOf(state));

/** A leg on which the customer talked and hung up. */
function talked(state: ConversationState): ConversationState {
  const { transferId } = newest(state).request;
  const events = [assigned(1), connected(5), disconnected(30, { by: 'CUSTOMER' }), seen(31, 'COMPLETED')];
  return decideNewest(after(state, ...events.map((event) => onLeg(event, transferId))));
}

describe('a conversation that is over', () => {
  it('is contained where the customer talked, needed no person and did not call again', () => {
    expect(result(talked(begunConversation()))).toBe('CONTAINED');
  });

  it('is not, where the customer called again', () => {
    expect(result(talked(after(talked(begunConversation()), legRequested('b', 40))))).toBe('CALLED_AGAIN');
  });

  it('is not, where the customer called again, though the first leg is kept no more', () => {
    const many = after({ ...talked(begunConversation()), legCount: 101 });

    expect(result(many)).toBe('CALLED_AGAIN');
  });

  it('is contained where a fresh number had to be dialled: that is the same call', () => {
    const failed = conversationAfter(assigned(1), disconnected(5, { cause: 'NO_ANSWER' }));
    const redialled = after(decideNewest(failed, { mayRedial: true }), {
      type: 'redialRequested',
      transferId: 'conv-1-a',
      newId: 'fresh',
      answerBy: at(9),
      now: at(6),
    });

    expect(result(talked(redialled))).toBe('CONTAINED');
  });

  it('is contained where a task hands the call back', () => {
    const handedBack = conversationAfter(
      assigned(1),
      connected(2),
      disconnected(30),
      escalated(31, 'SYSTEM'),
    );

    expect(result(decideNewest(handedBack))).toBe('CONTAINED');
  });

  it('needed a person where GenerativeAgent asked for one', () => {
    expect(result(escalatedTo(begunConversation()))).toBe('ESCALATED');
  });

  it('was abandoned where the customer left before they talked', () => {
    expect(result(hungUp(begunConversation()))).toBe('ABANDONED');
  });

  it('was not let through', () => {
    const refused = conversationAfter({ type: 'unavailable', reason: 'NOT_ADMITTED', now: at(1) });

    expect(result(decideNewest(refused))).toBe('NOT_ADMITTED');
  });

  it('fell back where something went wrong', () => {
    const failed = conversationAfter(assigned(1), disconnected(5, { cause: 'BUSY' }));

    expect(result(decideNewest(failed))).toBe('FELL_BACK');
  });
});

describe('the event of it', () => {
  const context = {
    currentTaskName: 'billing',
    referenceVariables: { tier: 'gold', name: 'Ada' },
    transferVariables: { tier: 'silver', paid: true },
  };
  const state = decideNewest(
    conversationAfter(
      assigned(1),
      connected(2),
      disconnected(30),
      seen(31, 'COMPLETED', { outputContext: { transferType: 'AGENT', ...context } }),
    ),
  );

  it('tells the last decision, and of the variables those that are listed', () => {
    const { type, timestamp, data } = endedEvent(
      state,
      decisionOf(state),
      ['tier', 'paid', 'toString'],
      at(60),
    );

    expect(type).toBe('conversation.ended');
    expect(timestamp).toBe(new Date(at(60)).toISOString());
    expect(data).toMatchObject({
      conversationId: 'conv-1',
      result: 'ESCALATED',
      route: 'after conv-1-a',
      taskName: 'billing',
      legCount: 1,
      legs: [{ transferId: 'conv-1-a', outcome: 'AGENT' }],
    });
    expect(data.variables).toEqual({ tier: 'silver', paid: true });
  });

  it('tells no variable where none is listed', () => {
    expect(JSON.stringify(endedEvent(state, decisionOf(state), [], at(60)))).not.toMatch(/gold|Ada|silver/);
  });

  it('has no task where nobody named one', () => {
    const left = hungUp(begunConversation());

    expect(endedEvent(left, decisionOf(left), [], at(60)).data.taskName).toBeNull();
    expect(taskOf(newConversation(INPUT), decisionOf(left))).toBeNull();
  });

  it('has the task that GenerativeAgent entered where it named none when it ended', () => {
    const left = talked(
      after(
        escalatedTo(begunConversation()),
        legRequested('b', 40, { inputContext: { taskName: 'claims' } }),
      ),
    );

    expect(endedEvent(left, decisionOf(left), [], at(60)).data.taskName).toBe('claims');
  });
});

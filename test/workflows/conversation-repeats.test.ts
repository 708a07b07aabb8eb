import { Conversation } from '../../src/workflows/conversation';
import {
  begunConversation,
  conversationAfter,
  decideCurrent,
  endCurrent,
  told,
} from '../support/conversations';
import { at, connected, disconnected, numberAssigned } from '../support/legs';

test('an ask about a redialled leg is answered the same after the conversation continued as new', () => {
  const before = conversationAfter(numberAssigned(1), disconnected(9, { cause: 'BUSY' }));
  const entry = decideCurrent(before, { mayRedial: true });
  entry.asks = 1;
  entry.answerBy = at(13);
  before.openAskedLeg(at(9), () => 'fresh');
  endCurrent(before);
  decideCurrent(before);
  expect(told(before.answer(entry, at(20)))).toBe('route fresh');

  const after = new Conversation(before.input, () => undefined);
  after.resume(JSON.parse(JSON.stringify(before.carry())) as ReturnType<typeof before.carry>);
  expect(told(after.answer(after.find('conv-1-a') ?? after.current, at(20)))).toBe('route fresh');
});

test('a repeated report of the customer’s hangup is ignored and visible', () => {
  const conversation = conversationAfter(numberAssigned(1), connected(5));
  const report = disconnected(30, { by: 'CUSTOMER' });
  conversation.report('disconnected', 'conv-1-a', at(30), report);
  conversation.report('disconnected', 'conv-1-a', at(31), report);
  expect(conversation.view(at(31)).ignoredEvents.count).toBe(1);
});

test('a conversation can be looked at before its first leg has begun', () => {
  expect(() => new Conversation(begunConversation().input, () => undefined).view(at(0))).not.toThrow();
});

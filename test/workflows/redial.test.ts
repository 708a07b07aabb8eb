import { conversationAfter, decideCurrent, told, requestFor } from '../support/conversations';
import { at, disconnected, numberAssigned } from '../support/legs';

const busy = () => {
  const conversation = conversationAfter(numberAssigned(1), disconnected(9, { cause: 'BUSY' }));
  const entry = decideCurrent(conversation, { mayRedial: true });
  return { conversation, entry };
};

/** Somebody waits for the answer about the newest leg, until then. */
const ask = ({ conversation }: Pick<ReturnType<typeof busy>, 'conversation'>, answerBy: number) => {
  conversation.current.asks++;
  conversation.current.answerBy = answerBy;
};

describe('a fresh number in place of one that nobody reached', () => {
  it('is for those who wait for an answer', () => {
    const { conversation, entry } = busy();
    expect(conversation.anotherLegAsked).toBe(false);
    expect(conversation.openAskedLeg(at(9), () => 'fresh')).toBeUndefined();

    ask({ conversation }, at(13));
    expect(conversation.anotherLegAsked).toBe(true);
    expect(told(conversation.answer(entry, at(9)))).toBe('wait');
  });

  it('is the next leg, and its number the answer about the old leg, too', () => {
    const { conversation, entry } = busy();
    ask({ conversation }, at(13));
    const fresh = conversation.openAskedLeg(at(9), () => 'fresh');

    expect(fresh?.leg.request).toMatchObject({ transferId: 'fresh', legNumber: 2, country: 'US' });
    expect(told(conversation.answer(entry, at(9)))).toBe('wait');
    fresh?.leg.apply(numberAssigned(10));
    expect(told(conversation.answer(entry, at(10)))).toBe('dial fresh');
  });

  it.each([
    [13, 13],
    [60, 14],
  ])(
    'comes before the answer is due in %d s, or within the hard limit of a number',
    (answerBy, requestBy) => {
      const { conversation } = busy();
      ask({ conversation }, at(answerBy));

      expect(conversation.openAskedLeg(at(9), () => 'fresh')?.leg.request.requestBy).toBe(at(requestBy));
    },
  );

  it('comes once: the second failure is routed, for both legs', () => {
    const { conversation, entry } = busy();
    ask({ conversation }, at(13));
    const fresh = conversation.openAskedLeg(at(9), () => 'fresh');
    fresh?.leg.apply(numberAssigned(10));
    fresh?.leg.apply(disconnected(20, { cause: 'NO_ANSWER' }));
    decideCurrent(conversation, { mayRedial: true });
    ask({ conversation }, at(24));

    expect(conversation.anotherLegAsked).toBe(false);
    expect(conversation.openAskedLeg(at(20), () => 'another')).toBeUndefined();
    expect(told(conversation.answer(entry, at(20)))).toBe('route fresh');
  });

  it('does not come where the policy allows none', () => {
    const conversation = conversationAfter(numberAssigned(1), disconnected(9, { cause: 'BUSY' }));
    const entry = decideCurrent(conversation, { mayRedial: false });
    ask({ conversation }, at(13));

    expect(conversation.anotherLegAsked).toBe(false);
    expect(told(conversation.answer(entry, at(9)))).toBe('route conv-1-a');
  });

  it('does not come where a reconnection is asked for', () => {
    const { conversation, entry } = busy();
    conversation.requestReconnection(requestFor('b'), at(9));
    ask({ conversation }, at(13));

    expect(told(conversation.answer(entry, at(9)))).toBe('route conv-1-a');
    expect(conversation.openAskedLeg(at(9), () => 'fresh')?.leg.transferId).toBe('b');
  });

  it('does not come where the workflow was cancelled', () => {
    const { conversation, entry } = busy();
    ask({ conversation }, at(13));
    conversation.cancel(at(9));

    expect(conversation.openAskedLeg(at(9), () => 'fresh')).toBeUndefined();
    expect(told(conversation.answer(entry, at(9)))).toBe('route conv-1-a');
  });
});

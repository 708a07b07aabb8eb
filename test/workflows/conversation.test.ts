import {
  begunConversation,
  conversationAfter,
  decideCurrent,
  endCurrent,
  escalateCurrent,
  hungUpLeg,
  newConversation,
  told,
  requestFor,
} from '../support/conversations';
import {
  at,
  connected,
  disconnected,
  numberAssigned,
  numberUnavailable,
  REQUESTED_AT,
} from '../support/legs';

const BILLING_CONTEXT = { taskName: 'billing', inputVariables: { accountNumber: '3434' } };

describe('the first leg', () => {
  const newId = () => 'generated';

  it("is the one of the start's transferId", () => {
    const conversation = newConversation({ transferId: 'started' });
    conversation.noteRequest(requestFor('asked'));

    expect(conversation.firstLegRequest(at(0), newId).transferId).toBe('started');
  });

  it('is the one that is asked for together with a start without a transferId', () => {
    const conversation = newConversation({});
    conversation.noteRequest(requestFor('asked', { inputContext: BILLING_CONTEXT }));
    conversation.noteRequest(requestFor('asked later'));

    expect(conversation.firstLegRequest(at(0), newId)).toEqual({
      conversationId: 'conv-1',
      transferId: 'asked',
      country: 'US',
      inputContext: BILLING_CONTEXT,
      requestedAt: at(0),
    });
  });

  it('has a new id where nobody named one', () => {
    expect(newConversation({}).firstLegRequest(at(0), newId).transferId).toBe('generated');
  });

  it('has its hard limit from the request', () => {
    const { leg } = begunConversation({ requestDeadlineMs: 7000 }).current;

    expect(leg.request).toMatchObject({ legNumber: 1, requestBy: REQUESTED_AT + 7000 });
  });
});

describe('an ask about a leg', () => {
  it('waits while the number is requested', () => {
    const conversation = begunConversation();

    expect(told(conversation.answer(conversation.current, at(1)))).toBe('wait');
  });

  it('is answered with the same number again and again until its dialBy', () => {
    const conversation = conversationAfter(numberAssigned(1));
    const answer = (seconds: number) => conversation.answer(conversation.current, at(seconds));

    expect(answer(2)).toEqual({
      action: 'DIAL',
      leg: {
        transferId: 'conv-1-a',
        transferNumber: '+19991234',
        country: 'US',
        expiresAt: '2025-06-19T13:39:00.000Z',
        dialBy: '2025-06-19T13:38:48.000Z',
      },
    });
    expect(answer(47)).toEqual(answer(2));
    // The leg is given up then: whoever waits hears of that.
    expect(answer(48)).toBeUndefined();
  });

  it('is refused where the leg is connected: its number is released', () => {
    const conversation = conversationAfter(numberAssigned(1), connected(5));

    expect(told(conversation.answer(conversation.current, at(6)))).toBe('refuse NumberNotDialable');
  });

  it("waits while a late connect waits for ASAPP's word", () => {
    const conversation = conversationAfter(numberAssigned(1), connected(61));

    expect(told(conversation.answer(conversation.current, at(61)))).toBe('wait');
  });

  it('waits while the result is fetched, and while the policy is asked', () => {
    const conversation = conversationAfter(numberAssigned(1), connected(5), disconnected(30));
    const { leg } = conversation.current;
    expect(told(conversation.answer(conversation.current, at(30)))).toBe('wait');

    leg.apply({ type: 'resultUnavailable', reason: 'RESULT_STILL_PENDING', now: at(34) });
    expect(leg.ended).toBe(true);
    expect(told(conversation.answer(conversation.current, at(34)))).toBe('wait');
  });

  it('is answered with the same decision for ever', () => {
    const conversation = begunConversation();
    const entry = escalateCurrent(conversation);
    const first = conversation.answer(entry, at(31));

    expect(first).toEqual({
      action: 'ROUTE',
      decision: {
        conversationId: 'conv-1',
        transferId: 'conv-1-a',
        outcome: 'AGENT',
        route: 'after conv-1-a',
        currentTaskName: 'billing',
        referenceVariables: { isVerified: true },
        transferVariables: { vip: 'true' },
        fallback: false,
        reason: null,
        legs: [
          {
            transferId: 'conv-1-a',
            outcome: 'AGENT',
            requestedAt: '2025-06-19T13:38:00.000Z',
            connectedAt: '2025-06-19T13:38:05.000Z',
            disconnectedAt: '2025-06-19T13:38:30.000Z',
            detectedBy: 'STATUS_CHECK',
          },
        ],
      },
    });
    hungUpLeg(conversation, 'b');
    expect(conversation.answer(entry, at(5000))).toEqual(first);
  });

  it('is refused where its transferId was used before, though the conversation has its decision', () => {
    const conversation = conversationAfter(numberUnavailable(1, 'TRANSFER_ID_CONFLICT'));
    const entry = decideCurrent(conversation);

    expect(told(conversation.answer(entry, at(2)))).toBe('refuse TransferIdConflict');
    expect(conversation.decision).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE', fallback: true });
  });
});

test('a decision is never replaced', () => {
  const conversation = begunConversation();
  const entry = escalateCurrent(conversation);
  const { decision } = conversation;

  conversation.decide(entry.leg, { ...entry.decision, route: 'another', fallback: true }, true);

  expect(decision?.route).toBe('after conv-1-a');
  expect(conversation.decision).toEqual(decision);
  expect(entry.mayRedial).toBe(false);
});

describe('a leg', () => {
  it('is found by its transferId; without one the first is meant', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    const first = decideCurrent(conversation);
    const second = hungUpLeg(conversation, 'b');

    expect(conversation.find('conv-1-a')).toBe(first);
    expect(conversation.find('b')).toBe(second);
    expect(conversation.find(undefined)).toBe(first);
    expect(conversation.find('c')).toBeUndefined();
    expect(conversation.current).toBe(second);
  });

  it('after another is listed in its own decision and not in the one before', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    const first = decideCurrent(conversation);
    const second = hungUpLeg(conversation, 'b');
    const legsIn = (entry: typeof first) => {
      const answer = conversation.answer(entry, at(100));
      return (
        answer !== undefined && 'decision' in answer && answer.decision.legs.map((leg) => leg.transferId)
      );
    };

    expect(legsIn(first)).toEqual(['conv-1-a']);
    expect(legsIn(second)).toEqual(['conv-1-a', 'b']);
  });
});

describe('a reconnection', () => {
  const request = requestFor('b');

  it('is a new leg of the same conversation, without an input context of its own', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    decideCurrent(conversation);
    conversation.awaitReconnection(at(605));
    conversation.requestReconnection(request, at(40));
    expect(conversation.anotherLegAsked).toBe(true);

    expect(conversation.openAskedLeg(at(41), () => 'generated')?.leg.request).toEqual({
      conversationId: 'conv-1',
      transferId: 'b',
      legNumber: 2,
      country: 'US',
      inputContext: undefined,
      requestedAt: at(40),
      requestBy: at(45),
    });
    expect(conversation.reconnectUntil).toBeNull();
    expect(conversation.anotherLegAsked).toBe(false);
  });

  it('has the country, the input context and the time of whoever asks', () => {
    const conversation = begunConversation();
    const inputContext = BILLING_CONTEXT;
    conversation.requestReconnection(
      requestFor('b', { country: 'CA', inputContext, at: '2025-06-19T13:38:38Z' }),
      at(40),
    );

    expect(conversation.openAskedLeg(at(41), () => 'generated')?.leg.request).toMatchObject({
      country: 'CA',
      inputContext,
      requestedAt: at(38),
      requestBy: at(43),
    });
  });

  it('that is asked for twice is one leg', () => {
    const conversation = begunConversation();
    conversation.requestReconnection(request, at(40));
    conversation.requestReconnection(request, at(42));

    expect(conversation.openAskedLeg(at(42), () => 'generated')?.leg.request.requestedAt).toBe(at(40));
    expect(conversation.openAskedLeg(at(42), () => 'generated')).toBeUndefined();
  });

  it('is refused while another one is asked for', () => {
    const conversation = begunConversation();
    conversation.requestReconnection(request, at(40));

    expect(() => {
      conversation.requestReconnection(requestFor('c'), at(41));
    }).toThrow(expect.objectContaining({ type: 'LegInProgress', nonRetryable: true }) as Error);
  });

  it('is not opened after the workflow was cancelled', () => {
    const conversation = begunConversation();
    conversation.cancel(at(2));
    conversation.requestReconnection(request, at(40));

    expect(conversation.current.leg.state.end).toMatchObject({ outcome: 'CANCELLED' });
    expect(conversation.openAskedLeg(at(41), () => 'generated')).toBeUndefined();
  });
});

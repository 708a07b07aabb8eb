import { conversationViewSchema } from '../../src/contract/conversation-view';
import { Conversation } from '../../src/workflows/conversation';
import {
  begunConversation,
  conversationAfter,
  decideCurrent,
  endCurrent,
  hungUpLeg,
  told,
  requestFor,
} from '../support/conversations';
import { at, connected, disconnected, numberAssigned, seen } from '../support/legs';

describe('events of the phone system', () => {
  it('reach the newest leg', () => {
    const conversation = conversationAfter(numberAssigned(1));
    conversation.report('connected', 'conv-1-a', at(5), connected(5));

    expect(conversation.view(at(5))).toMatchObject({ phase: 'CONNECTED', ignoredEvents: { count: 0 } });
  });

  it('are passed on where the leg runs elsewhere, each once', () => {
    const conversation = conversationAfter(numberAssigned(1));
    const passedOn: unknown[] = [];
    conversation.current.leg.forward = (event) => passedOn.push(event);
    conversation.report('connected', 'conv-1-a', at(5), connected(5));
    conversation.report('connected', 'conv-1-a', at(6), connected(6));

    expect(passedOn).toEqual([connected(5)]);
  });

  it('that change nothing are ignored, and visible with the reason', () => {
    const conversation = conversationAfter(numberAssigned(1));
    conversation.report('connected', 'conv-1-a', at(5), connected(5));
    conversation.report('connected', 'conv-1-a', at(6), connected(6));
    conversation.report('disconnected', 'nobody', at(7), disconnected(7));
    conversation.report('disconnected', undefined, at(8));
    conversation.report('disconnected', 'conv-1-a', at(9), disconnected(9));
    conversation.current.leg.apply(seen(10, 'COMPLETED'));
    conversation.report('disconnected', 'conv-1-a', at(11), disconnected(11));

    expect(conversation.view(at(12)).ignoredEvents).toEqual({
      count: 4,
      latest: [
        {
          event: 'connected',
          transferId: 'conv-1-a',
          why: 'repeated or out of order',
          at: '2025-06-19T13:38:06.000Z',
        },
        {
          event: 'disconnected',
          transferId: 'nobody',
          why: 'no leg has this transferId',
          at: '2025-06-19T13:38:07.000Z',
        },
        {
          event: 'disconnected',
          transferId: null,
          why: 'the payload is not valid',
          at: '2025-06-19T13:38:08.000Z',
        },
        {
          event: 'disconnected',
          transferId: 'conv-1-a',
          why: 'the leg has ended',
          at: '2025-06-19T13:38:11.000Z',
        },
      ],
    });
  });

  it('for an old leg never end the newest', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    decideCurrent(conversation);
    conversation.requestReconnection(requestFor('b'), at(40));
    conversation.openAskedLeg(at(40), () => 'generated');
    conversation.report('disconnected', 'conv-1-a', at(41), disconnected(41, { by: 'CUSTOMER' }));

    const { phase, currentTransferId, ignoredEvents } = conversation.view(at(41));
    expect({ phase, currentTransferId }).toEqual({ phase: 'REQUESTING', currentTransferId: 'b' });
    expect(ignoredEvents.latest).toMatchObject([{ transferId: 'conv-1-a', why: 'a newer leg has begun' }]);
  });

  it('that are ignored are counted all, and the latest 20 kept', () => {
    const conversation = begunConversation();
    for (let seconds = 1; seconds <= 25; seconds++) {
      conversation.report('connected', `stray-${seconds}`, at(seconds), connected(seconds));
    }

    const { count, latest } = conversation.view(at(26)).ignoredEvents;
    expect(count).toBe(25);
    expect(latest.map(({ transferId }) => transferId)).toEqual(
      Array.from({ length: 20 }, (_, index) => `stray-${index + 6}`),
    );
  });
});

describe('the view', () => {
  it('of a leg with a number says what to dial, until it may not be dialled any more', () => {
    const conversation = conversationAfter(numberAssigned(1));

    expect(conversation.view(at(2))).toEqual({
      conversationId: 'conv-1',
      currentTransferId: 'conv-1-a',
      phase: 'DIALING',
      nextStep: {
        action: 'DIAL',
        leg: {
          transferId: 'conv-1-a',
          transferNumber: '+19991234',
          country: 'US',
          expiresAt: '2025-06-19T13:39:00.000Z',
          dialBy: '2025-06-19T13:38:48.000Z',
        },
      },
      decision: null,
      reconnectUntil: null,
      legs: [
        {
          transferId: 'conv-1-a',
          phase: 'DIALING',
          requestedAt: '2025-06-19T13:38:00.000Z',
          expiresAt: '2025-06-19T13:39:00.000Z',
          dialBy: '2025-06-19T13:38:48.000Z',
          connectedAt: null,
          disconnectedAt: null,
          endedAt: null,
          outcome: null,
          reason: null,
          detectedBy: null,
          connectedAfterExpiry: false,
        },
      ],
      ignoredEvents: { count: 0, latest: [] },
    });
    expect(conversation.view(at(48)).nextStep).toBeNull();
  });

  it('of a connected leg has no next step', () => {
    expect(conversationAfter(numberAssigned(1), connected(5)).view(at(6)).nextStep).toBeNull();
  });

  it('of an ended leg has its decision as the next step, and until when a reconnection is awaited', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    decideCurrent(conversation);
    conversation.awaitReconnection(at(605));
    const view = conversation.view(at(6));

    expect(view.nextStep).toMatchObject({ action: 'ROUTE', decision: { outcome: 'CUSTOMER_HUNG_UP' } });
    expect(view.decision).toEqual(conversation.decision);
    expect(view.reconnectUntil).toBe('2025-06-19T13:48:05.000Z');
    expect(conversationViewSchema.parse(view)).toEqual(view);
  });

  it('of a reconnection keeps the newest decision, which is no next step any more', () => {
    const conversation = begunConversation();
    endCurrent(conversation);
    decideCurrent(conversation);
    conversation.requestReconnection(requestFor('b'), at(40));
    conversation.openAskedLeg(at(40), () => 'generated');

    expect(conversation.view(at(41))).toMatchObject({ nextStep: null, decision: { transferId: 'conv-1-a' } });
  });

  it('tells of a connect after the expiry', () => {
    const conversation = conversationAfter(numberAssigned(1), connected(61), seen(62, 'EXPIRED'));

    expect(conversation.view(at(63)).legs).toMatchObject([
      { outcome: 'NUMBER_EXPIRED', reason: 'CONNECTED_AFTER_EXPIRY', connectedAfterExpiry: true },
    ]);
  });
});

describe('a conversation of many legs', () => {
  const ofLegs = (count: number) => {
    const conversation = begunConversation();
    endCurrent(conversation);
    decideCurrent(conversation);
    for (let number = 2; number <= count; number++) hungUpLeg(conversation, `leg-${number}`);
    return conversation;
  };

  it('keeps the first leg and the latest, 100 in all', () => {
    const conversation = ofLegs(130);
    const ids = conversation.view(at(50)).legs.map(({ transferId }) => transferId);

    expect(ids).toHaveLength(100);
    expect(ids.slice(0, 2)).toEqual(['conv-1-a', 'leg-32']);
    expect(ids.at(-1)).toBe('leg-130');
    expect(conversation.decision?.legs.map(({ transferId }) => transferId)).toEqual(ids);
    expect(conversation.current.leg.request.legNumber).toBe(130);
    expect(told(conversation.answer(conversation.find(undefined) ?? conversation.current, at(50)))).toBe(
      'route conv-1-a',
    );
  });

  it('goes on in another run as it was', () => {
    const before = ofLegs(3);
    before.report('connected', 'stray', at(50), connected(50));
    const carried = before.carry();
    const after = new Conversation(before.input, () => undefined);
    after.resume(JSON.parse(JSON.stringify(carried)) as typeof carried);

    expect(after.view(at(51))).toEqual(before.view(at(51)));
    expect(after.settings).toEqual(before.settings);
    expect(after.legsInRun).toBe(0);
    for (const id of ['conv-1-a', 'leg-2', 'leg-3', undefined]) {
      const [then, now] = [before, after].map((conversation) =>
        conversation.answer(conversation.find(id) ?? conversation.current, at(51)),
      );
      expect(told(then)).toBe(`route ${id ?? 'conv-1-a'}`);
      expect(now).toEqual(then);
    }
    expect(hungUpLeg(after, 'leg-4').leg.request.legNumber).toBe(4);
    expect(after.legsInRun).toBe(1);
  });

  it('counts legs from the start of the run', () => {
    expect(ofLegs(3).legsInRun).toBe(3);
  });
});

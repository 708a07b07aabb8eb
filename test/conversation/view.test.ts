import { conversationViewSchema } from '../../src/contract/conversation-view';
import { newestDecision, viewOf } from '../../src/conversation/answers';
import { newConversation } from '../../src/conversation/conversation-state';
import {
  after,
  begunConversation,
  conversationAfter,
  hungUp,
  earlierDecision,
  INPUT,
  legRequested,
} from '../support/conversations';
import { assigned, at, connected, seen, TRANSFER_ID } from '../support/legs';

describe('the view', () => {
  it('of a leg with a number says what to dial, until it may not be dialled any more', () => {
    const state = conversationAfter(assigned(1));

    expect(viewOf(state, at(2))).toEqual({
      conversationId: 'conv-1',
      currentTransferId: 'conv-1-a',
      phase: 'DIALING',
      nextStep: {
        action: 'DIAL',
        leg: {
          transferId: 'conv-1-a',
          type: 'PHONE_NUMBER',
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
          contextDropped: false,
        },
      ],
      ignoredEvents: { count: 0, latest: [] },
    });
    expect(viewOf(state, at(48)).nextStep).toBeNull();
  });

  it('of a connected leg has no next step', () => {
    expect(viewOf(conversationAfter(assigned(1), connected(5)), at(6)).nextStep).toBeNull();
  });

  it('of an ended leg has its decision as the next step, and until when a reconnection is awaited', () => {
    const state = after(hungUp(begunConversation()), { type: 'reconnectionAwaited', until: at(605) });
    const view = viewOf(state, at(6));

    expect(view.nextStep).toMatchObject({ action: 'ROUTE', decision: { outcome: 'CUSTOMER_HUNG_UP' } });
    expect(view.decision).toEqual(newestDecision(state));
    expect(view.reconnectUntil).toBe('2025-06-19T13:48:05.000Z');
    expect(conversationViewSchema.parse(view)).toEqual(view);
  });

  it('of a leg that another run has decided about has that decision as the next step', () => {
    const decision = earlierDecision();
    const state = after(begunConversation(), { type: 'decidedEarlier', transferId: TRANSFER_ID, decision });

    expect(viewOf(state, at(2))).toMatchObject({ nextStep: { action: 'ROUTE', decision }, decision });
  });

  it('of a reconnection keeps the newest decision, which is no next step any more', () => {
    const state = after(hungUp(begunConversation()), legRequested('b', 40));

    expect(viewOf(state, at(41))).toMatchObject({ nextStep: null, decision: { transferId: 'conv-1-a' } });
  });

  it('tells of a connect after the expiry', () => {
    const state = conversationAfter(assigned(1), connected(61), seen(62, 'EXPIRED'));

    expect(viewOf(state, at(63)).legs).toMatchObject([
      { outcome: 'NUMBER_EXPIRED', reason: 'CONNECTED_AFTER_EXPIRY', connectedAfterExpiry: true },
    ]);
  });

  it.each([
    [INPUT, 'conv-1-a'],
    [{ ...INPUT, transferId: undefined }, ''],
  ])('exists before the first leg has begun', (input, currentTransferId) => {
    const view = viewOf(newConversation(input), at(0));

    expect(view).toMatchObject({ currentTransferId, phase: 'REQUESTING', nextStep: null, legs: [] });
    expect(conversationViewSchema.parse(view)).toEqual(view);
  });
});

import {
  answerAbout,
  legInProgress,
  legInTheWay,
  legOfUnnamed,
  newestDecision,
  unknownLeg,
} from '../../src/conversation/answers';
import { applyConversationEvent } from '../../src/conversation/apply-conversation-event';
import { newConversation } from '../../src/conversation/conversation-state';
import {
  after,
  answerTo,
  begunConversation,
  conversationAfter,
  decideNewest,
  decisionOn,
  earlierDecision,
  escalatedTo,
  hungUp,
  INPUT,
  legRequested,
  newest,
  onLeg,
  withHungUpLeg,
} from '../support/conversations';
import {
  assigned,
  at,
  callDurationExceeded,
  connected,
  disconnected,
  escalated,
  resultUnavailable,
  seen,
  TRANSFER_ID,
  TRANSPORT,
  unavailable,
} from '../support/legs';

const dialling = conversationAfter(assigned(1));

describe('a request about a leg', () => {
  it('waits while the number is requested', () => {
    expect(answerTo(begunConversation(), 1)).toBe('wait');
  });

  it('is answered with the same number again and again until its dialBy', () => {
    const answer = (seconds: number) => answerAbout(dialling, TRANSFER_ID, 'request', at(seconds));

    expect(answer(2)).toEqual({
      action: 'DIAL',
      leg: {
        transferId: 'conv-1-a',
        type: 'PHONE_NUMBER',
        transferNumber: '+19991234',
        country: 'US',
        expiresAt: '2025-06-19T13:39:00.000Z',
        dialBy: '2025-06-19T13:38:48.000Z',
      },
    });
    expect(answer(47)).toEqual(answer(2));
    // ASAPP is asked then whether the call is up after all.
    expect(answer(48)).toBeUndefined();
  });

  it('is refused where the leg is connected: its number is released', () => {
    expect(answerTo(conversationAfter(assigned(1), connected(5)), 6)).toBe('refuse NumberNotDialable');
  });

  it("waits while a late connect waits for ASAPP's word", () => {
    expect(answerTo(conversationAfter(assigned(1), connected(61)), 61)).toBe('wait');
  });

  it('waits while the result is fetched, and while the policy is asked', () => {
    const fetching = conversationAfter(assigned(1), connected(5), disconnected(30));
    const ended = after(fetching, onLeg(resultUnavailable(34, 'RESULT_STILL_PENDING')));

    expect(answerTo(fetching, 30)).toBe('wait');
    expect(newest(ended).state.phase).toBe('ENDED');
    expect(answerTo(ended, 34)).toBe('wait');
  });

  it('is answered with the same decision for ever', () => {
    const state = escalatedTo(begunConversation());
    const first = answerAbout(state, TRANSFER_ID, 'request', at(31));

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
    expect(answerAbout(withHungUpLeg(state, 'b'), TRANSFER_ID, 'request', at(5000))).toEqual(first);
  });

  it('is refused where its transferId was used before; a report has a caller, and gets the decision', () => {
    const state = decideNewest(conversationAfter(unavailable(1, 'TRANSFER_ID_CONFLICT')));

    expect(answerTo(state, 2)).toBe('refuse TransferIdConflict');
    expect(answerTo(state, 2, { asking: 'report' })).toBe('route conv-1-a');
    expect(newestDecision(state)).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE', fallback: true });
  });

  it("is not refused where a check found another conversation's transfer: whoever asks is routed", () => {
    const state = decideNewest(
      conversationAfter(assigned(1), disconnected(9), resultUnavailable(10, 'TRANSFER_ID_CONFLICT')),
    );

    expect(answerTo(state, 11)).toBe('route conv-1-a');
  });

  it.each([
    [
      conversationAfter(assigned(1), connected(5)),
      `${TRANSFER_ID} is connected already, and its number released`,
    ],
    [
      decideNewest(conversationAfter(unavailable(1, 'TRANSFER_ID_CONFLICT'))),
      `${TRANSFER_ID} was used before, by an ended transfer or another conversation; use a new one`,
    ],
  ])('that is refused is told why: %#', (state, why) => {
    expect(answerAbout(state, TRANSFER_ID, 'request', at(6))).toMatchObject({
      message: `transferId: ${why}`,
    });
  });

  it('is routed where a number could not be had for another reason than its transferId', () => {
    const state = decideNewest(conversationAfter(unavailable(1, 'ASAPP_UNREACHABLE')));

    expect(answerTo(state, 2)).toBe('route conv-1-a');
  });

  it('over SIP is answered with the address and the headers to dial with, and no expiry', () => {
    const destination = {
      type: 'SIP',
      sipUri: 'sip:transfers@sip.example.com',
      headers: { 'X-ASAPP-CallTransferId': TRANSFER_ID },
    } as const;
    const state = conversationAfter(assigned(1, { ...TRANSPORT, destination }));

    expect(answerAbout(state, TRANSFER_ID, 'request', at(2))).toEqual({
      action: 'DIAL',
      leg: { transferId: TRANSFER_ID, ...destination, dialBy: '2025-06-19T13:38:48.000Z' },
    });
  });

  it('has no answer where there is no such leg', () => {
    expect(answerTo(dialling, 2, { transferId: 'nobody' })).toBe('wait');
  });
});

describe('a decision', () => {
  it('is never replaced', () => {
    const state = escalatedTo(begunConversation());
    const { decision } = decisionOn(state, TRANSFER_ID);
    const other = { ...decision, route: 'another', fallback: true };

    expect(
      applyConversationEvent(state, {
        type: 'decided',
        transferId: TRANSFER_ID,
        decision: other,
        mayRedial: true,
        task: 'none',
        searchAttributes: false,
      }),
    ).toBe(state);
  });

  it('is made about a leg that has ended, and no other', () => {
    const { decision } = decisionOn(escalatedTo(begunConversation()), TRANSFER_ID);
    const searchAttributes = false;
    const event = {
      type: 'decided',
      transferId: TRANSFER_ID,
      decision,
      mayRedial: false,
      task: 'none',
      searchAttributes,
    } as const;

    expect(applyConversationEvent(dialling, event)).toBe(dialling);
  });

  it('of another run about the same transfer stands, for requests and for reports', () => {
    const decision = earlierDecision();
    const state = after(
      begunConversation(),
      { type: 'decidedEarlier', transferId: TRANSFER_ID, decision },
      onLeg(unavailable(1, 'TRANSFER_ID_CONFLICT')),
    );

    for (const asking of ['request', 'report'] as const) {
      expect(answerAbout(state, TRANSFER_ID, asking, at(2))).toEqual({ action: 'ROUTE', decision });
    }
    expect(newestDecision(state)).toBe(decision);
  });

  it('of another run is not replaced by a second one', () => {
    const state = after(begunConversation(), {
      type: 'decidedEarlier',
      transferId: TRANSFER_ID,
      decision: earlierDecision(),
    });
    const decision = earlierDecision(TRANSFER_ID, 'another');

    expect(applyConversationEvent(state, { type: 'decidedEarlier', transferId: TRANSFER_ID, decision })).toBe(
      state,
    );
  });

  it('of another run does not keep a further leg from beginning', () => {
    const state = after(
      begunConversation(),
      { type: 'decidedEarlier', transferId: TRANSFER_ID, decision: earlierDecision() },
      onLeg(unavailable(1, 'TRANSFER_ID_CONFLICT')),
      legRequested('b', 2),
    );

    expect(newest(state).request).toMatchObject({ transferId: 'b', legNumber: 2 });
  });

  it('has what its route hands over, made when it is read', () => {
    const ended = conversationAfter(assigned(1), escalated(30, 'AGENT'));
    const made = decisionOn(ended, TRANSFER_ID);
    const route = { type: 'QUEUE', queue: 'agents', handOver: ['vip'] };
    const state = after(ended, { ...made, decision: { ...made.decision, route } });

    expect(newestDecision(state)?.handOver).toMatchObject({ headers: { 'X-vip': 'true' } });
    expect(newestDecision(after(ended, made))).not.toHaveProperty('handOver');
  });

  it('does not exist before the first leg has ended', () => {
    expect(newestDecision(dialling)).toBeNull();
  });
});

describe('a request without a transferId', () => {
  it.each([
    ['the number is requested', begunConversation()],
    ['the number waits to be dialled', dialling],
  ])('is answered for the newest leg where %s', (_, state) => {
    expect(legOfUnnamed(state)).toBe(TRANSFER_ID);
  });

  it.each([
    ['no leg has begun', newConversation(INPUT)],
    ['somebody has connected', conversationAfter(assigned(1), connected(5))],
    ['the result is being fetched', conversationAfter(assigned(1), connected(5), disconnected(30))],
    ['the leg has ended', hungUp(begunConversation())],
  ])('asks for a new leg where %s', (_, state) => {
    expect(legOfUnnamed(state)).toBeUndefined();
  });

  it('is answered for a reconnection whose number is requested, not for the first leg', () => {
    expect(legOfUnnamed(after(hungUp(begunConversation()), legRequested('b', 40)))).toBe('b');
  });
});

describe('a leg keeps another from beginning', () => {
  it.each([
    ['while its number is requested', begunConversation(), true],
    ['while its number may be dialled', dialling, true],
    ['while the call is up', conversationAfter(assigned(1), connected(5)), true],
    [
      'not while its result is fetched',
      conversationAfter(assigned(1), connected(5), disconnected(30)),
      false,
    ],
    ['not after its end', conversationAfter(assigned(1), connected(5), callDurationExceeded(3605)), false],
    ['not after its number expired', conversationAfter(assigned(1), seen(60, 'EXPIRED')), false],
  ])('%s', (_, state, isInTheWay) => {
    expect(legInTheWay(state, 'b') !== undefined).toBe(isInTheWay);
  });

  it('and what is refused says which', () => {
    expect([legInProgress(TRANSFER_ID), unknownLeg('nobody')]).toEqual([
      {
        refused: 'LegInProgress',
        message: 'transferId: another leg of this conversation is still in progress: conv-1-a',
      },
      { refused: 'UnknownLeg', message: 'transferId: this conversation has no leg nobody' },
    ]);
  });

  it('but none does before the first has begun', () => {
    expect(legInTheWay(newConversation(INPUT), 'b')).toBeUndefined();
  });

  it('but never itself', () => {
    expect(legInTheWay(dialling, TRANSFER_ID)).toBeUndefined();
  });
});

import type { ConversationState } from '../../src/conversation/conversation-state';
import {
  after,
  begunConversation,
  conversationAfter,
  hungUp,
  legRequested,
  newest,
  onLeg,
  reported,
} from '../support/conversations';
import { assigned, at, checkRequested, connected, disconnected, seen, TRANSFER_ID } from '../support/legs';

const dialling = conversationAfter(assigned(1));
const unreadable = (seconds: number) =>
  ({ type: 'reported', what: 'disconnected', transferId: null, event: null, now: at(seconds) }) as const;

describe('what call control reports', () => {
  it('reaches the newest leg, and is kept for a leg in a workflow of its own', () => {
    const state = after(dialling, reported(connected(5)));

    expect(newest(state)).toMatchObject({ state: { phase: 'CONNECTED' }, reports: [connected(5)] });
    expect(state.ignored.count).toBe(0);
  });

  it('is kept once, though it comes twice', () => {
    const state = after(dialling, reported(connected(5)), reported(connected(6)));

    expect(newest(state).reports).toEqual([connected(5)]);
  });

  it('and asks is kept in its order', () => {
    const asked = { type: 'legAsked', transferId: TRANSFER_ID, event: checkRequested(50) } as const;
    const state = after(dialling, asked, asked, reported(disconnected(51)));

    expect(newest(state).reports).toEqual([checkRequested(50), disconnected(51)]);
  });

  it('that changes nothing is ignored, and visible with the reason', () => {
    const state = after(
      dialling,
      reported(connected(5)),
      reported(connected(6)),
      reported(disconnected(7), 'nobody'),
      unreadable(8),
      reported(disconnected(9)),
      onLeg(seen(10, 'COMPLETED')),
      reported(disconnected(11)),
    );

    expect(state.ignored).toEqual({
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

  it.each([
    [TRANSFER_ID, null],
    [null, connected(5)],
  ])('that cannot be read is ignored, whatever of it can: %j', (transferId, event) => {
    const report = { type: 'reported', what: 'connected', transferId, event, now: at(5) } as const;

    expect(after(dialling, report).ignored.latest).toMatchObject([
      { transferId, why: 'the payload is not valid' },
    ]);
  });

  it('of the hangup of a customer twice is ignored and visible', () => {
    const hangup = (seconds: number) => reported(disconnected(seconds, { by: 'CUSTOMER' }));
    const state = after(dialling, reported(connected(5)), hangup(30), hangup(31));

    expect(state.ignored).toMatchObject({ count: 1, latest: [{ why: 'repeated or out of order' }] });
  });

  it('before a leg has begun is ignored and visible', () => {
    const state = after({ ...dialling, legs: [] } satisfies ConversationState, reported(connected(5)));

    expect(state.ignored.latest).toMatchObject([{ why: 'no leg has this transferId' }]);
  });

  it('of an old leg never ends the newest', () => {
    const before = after(hungUp(begunConversation()), legRequested('b', 40));
    const state = after(before, reported(disconnected(41, { by: 'CUSTOMER' })));

    expect(state.legs).toBe(before.legs);
    expect(newest(state)).toMatchObject({ request: { transferId: 'b' }, state: { phase: 'REQUESTING' } });
    expect(state.ignored.latest).toMatchObject([{ transferId: 'conv-1-a', why: 'a newer leg has begun' }]);
  });

  it('and asks of an old leg changes nothing', () => {
    const state = after(hungUp(begunConversation()), legRequested('b', 40), onLeg(assigned(41), 'b'));
    const event = checkRequested(41);

    expect(after(state, { type: 'legAsked', transferId: TRANSFER_ID, event })).toBe(state);
  });

  it('that is ignored is counted all, and the latest 20 kept', () => {
    const strays = Array.from({ length: 25 }, (_, index) => reported(connected(index), `stray-${index}`));
    const { count, latest } = after(begunConversation(), ...strays).ignored;

    expect(count).toBe(25);
    expect(latest.map(({ transferId }) => transferId)).toEqual(
      Array.from({ length: 20 }, (_, index) => `stray-${index + 5}`),
    );
  });
});

import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg, type LegEvent, type LegState } from '../../src/leg/leg-state';
import { legResult, legView, legWithResult } from '../../src/leg/leg-views';
import {
  after,
  begunConversation,
  hungUp,
  legRequested,
  legTold,
  newest,
  reported,
} from '../support/conversations';
import {
  assigned,
  at,
  BILLING,
  checkRequested,
  connected,
  disconnected,
  escalated,
  seen,
  unavailable,
} from '../support/legs';

/** A conversation whose second leg runs in a workflow of its own. */
const requested = after(hungUp(begunConversation()), legRequested('b', 10));

/** That leg, as its own workflow knows it after these events. */
const own = (...events: LegEvent[]): LegState => events.reduce(applyLegEvent, newLeg('b', at(10)));

const told = (heard: number, ...events: LegEvent[]) => legTold('b', own(...events), heard);
const onB = (event: LegEvent) => reported(event, 'b');

/** What the workflow of the leg answers at its end. */
function resultAfter(...events: LegEvent[]) {
  const leg = own(...events);
  if (leg.end === null) throw new Error('The leg has not ended');
  return legResult(leg, leg.end);
}

describe('a leg that tells its state', () => {
  it('is known by it', () => {
    const state = after(requested, told(0, assigned(12)));

    expect(newest(state).state).toEqual(own(assigned(12)));
  });

  it('keeps the reports that its workflow has not heard of', () => {
    const state = after(
      requested,
      told(0, assigned(12)),
      onB(connected(20)),
      onB(disconnected(30)),
      told(1, assigned(12), connected(20), seen(31, 'ONGOING')),
    );

    expect(newest(state).state).toMatchObject({
      phase: 'DISCONNECTED',
      connectedAt: at(20),
      disconnect: { at: at(30) },
      checks: 1,
    });
  });

  it('has each report once, though both know of it', () => {
    const known = [connected(20), disconnected(30)];
    const state = after(requested, told(0, assigned(12)), ...known.map(onB), told(2, assigned(12), ...known));

    expect(newest(state).state).toEqual(own(assigned(12), ...known));
    expect(newest(state).reports).toEqual(known);
  });

  it('is told of what call control asks, too', () => {
    const event = checkRequested(60);
    const state = after(requested, told(0, assigned(12)), { type: 'legAsked', transferId: 'b', event });
    const checked = after(state, told(0, assigned(12), connected(20)));

    expect(newest(checked).state.checkWanted).toBe(true);
    expect(newest(checked).reports).toEqual([event]);
  });

  it('is not asked again for what its workflow has heard', () => {
    const event = checkRequested(20);
    const state = after(
      requested,
      told(0, assigned(12)),
      { type: 'legAsked', transferId: 'b', event },
      told(1, assigned(12), event, seen(21, 'ACTIVE')),
    );

    expect(newest(state).state).toMatchObject({ checkWanted: false, checks: 1 });
  });

  it('shows no connect after a disconnect of which its workflow has not heard', () => {
    const seenUp = seen(31, 'ONGOING', { callReceivedAt: at(30.5) });
    const state = after(
      requested,
      told(0, assigned(12)),
      onB(disconnected(30)),
      told(0, assigned(12), seenUp),
    );
    const { connectedAt, disconnect } = newest(state).state;

    expect(connectedAt).toBeLessThanOrEqual(disconnect?.at ?? 0);
    expect(disconnect).toMatchObject({ at: at(30), reportedAt: at(30) });
  });

  it('is no news about a leg that has ended here', () => {
    const state = after(requested, told(0, assigned(12)), onB(disconnected(20, { cause: 'BUSY' })));

    expect(newest(state).state.end).toMatchObject({ outcome: 'DIAL_FAILED' });
    expect(after(state, told(1, assigned(12), connected(20)))).toBe(state);
  });

  it('ends here with its own end, which no report changes', () => {
    const state = after(requested, told(0, unavailable(12, 'ASAPP_SERVER_ERROR')));
    expect(newest(state).state.end).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE' });
    const later = after(state, onB(disconnected(13, { by: 'CUSTOMER' })));

    expect(newest(later).state).toBe(newest(state).state);
    expect(later.ignored.latest).toMatchObject([{ why: 'the leg has ended' }]);
  });

  it('that nobody knows changes nothing', () => {
    expect(after(requested, legTold('nobody', own(assigned(12)), 0))).toBe(requested);
  });
});

describe('the result of a leg in a workflow of its own', () => {
  it('is the end of the leg here, with its times and its context', () => {
    const events = [assigned(12), connected(20), disconnected(30), escalated(31, 'AGENT')];
    const known = own(assigned(12), connected(20), disconnected(30));
    const leg = legWithResult(known, resultAfter(...events));

    expect(legView(leg)).toEqual(legView(own(...events)));
    expect(leg.end).toEqual(own(...events).end);
    expect(leg.end?.context).toEqual(BILLING);
  });

  it('has a disconnect that only ASAPP told', () => {
    const result = resultAfter(assigned(12), connected(20), escalated(600, 'SYSTEM'));

    expect(legWithResult(own(assigned(12)), result)).toMatchObject({
      connectedAt: at(20),
      disconnect: { by: 'UNKNOWN', at: at(600), reportedAt: at(600) },
      end: { outcome: 'SYSTEM', detectedBy: 'STATUS_CHECK' },
    });
  });

  it('has no disconnect where nobody ever connected', () => {
    const result = resultAfter(assigned(12), seen(60, 'EXPIRED'));

    expect(legWithResult(own(assigned(12)), result)).toMatchObject({
      connectedAt: null,
      disconnect: null,
      connectedAfterExpiry: false,
    });
  });

  it.each([
    ['was heard of there', resultAfter(assigned(12), connected(61), seen(62, 'EXPIRED')), [connected(61)]],
    ['was heard of here alone', resultAfter(assigned(12), seen(60, 'EXPIRED')), [connected(61)]],
    ['was heard of here in time', resultAfter(assigned(12), seen(60, 'EXPIRED')), [connected(59)]],
  ])('tells of a caller who may be elsewhere, if the connect %s', (_, result, reports) => {
    const known = own(assigned(12), ...reports);

    expect(legWithResult(known, result)).toMatchObject({
      connectedAfterExpiry: true,
      connectUnverified: false,
      end: { outcome: 'NUMBER_EXPIRED' },
    });
  });

  it('hears of such a caller after the end, too', () => {
    const expired = legWithResult(own(assigned(12)), resultAfter(assigned(12), seen(60, 'EXPIRED')));
    const state = after(
      requested,
      told(0, assigned(12)),
      legTold('b', expired, Infinity),
      onB(connected(61)),
    );

    expect(newest(state).state).toMatchObject({
      connectedAfterExpiry: true,
      end: { outcome: 'NUMBER_EXPIRED' },
    });
    expect(state.ignored.count).toBe(0);
  });

  it('with a connect that ASAPP has confirmed tells of no such caller', () => {
    const events = [assigned(12), connected(61), disconnected(70), escalated(71, 'AGENT')];

    expect(legWithResult(own(assigned(12), connected(61)), resultAfter(...events))).toMatchObject({
      connectedAfterExpiry: false,
      end: { outcome: 'AGENT' },
    });
  });
});

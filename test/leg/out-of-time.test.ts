import { applyLegEvent } from '../../src/leg/apply-leg-event';
import {
  assigned,
  at,
  cancelled,
  checkFailed,
  checkRequested,
  connected,
  dialledLegAfter,
  disconnected,
  legAfter,
  outOfTime,
  seen,
} from '../support/legs';

describe('a request for a number that is too old to dial', () => {
  const asked = dialledLegAfter(checkRequested(48));

  it('has ASAPP checked at once, and no second time while that goes on', () => {
    expect(asked).toMatchObject({ phase: 'DIALING', checkWanted: true, end: null });
    expect(applyLegEvent(asked, checkRequested(48.1))).toBe(asked);
  });

  it.each([
    ['its number is being requested', legAfter()],
    ['its result is being fetched', dialledLegAfter(disconnected(30))],
  ])('has no check where %s', (_, leg) => {
    expect(applyLegEvent(leg, checkRequested(31))).toBe(leg);
  });

  it.each([
    ['is reported over', disconnected(49)],
    ['is cancelled', cancelled(49)],
  ])('has no check any more where the leg %s', (_, event) => {
    expect(applyLegEvent(asked, event).checkWanted).toBe(false);
  });

  it.each([
    ['ASAPP shows no call', seen(48.5, 'ACTIVE')],
    ['ASAPP says EXPIRED', seen(48.5, 'EXPIRED')],
    ['ASAPP cannot be asked', checkFailed(48.5)],
    ['call control can wait no longer', outOfTime(49)],
  ])('ends a leg that nobody connected to: %s', (_, answer) => {
    expect(applyLegEvent(asked, answer).end).toMatchObject({
      outcome: 'NUMBER_EXPIRED',
      reason: 'NUMBER_NOT_DIALLED_IN_TIME',
    });
  });

  it.each([
    ['ONGOING', { callReceivedAt: at(30) }],
    ['ONGOING', {}],
    ['ACTIVE', { callReceivedAt: at(30) }],
  ] as const)('finds a call whose connect was lost: %s %j', (status, more) => {
    expect(applyLegEvent(asked, seen(48.5, status, more))).toMatchObject({
      phase: 'CONNECTED',
      checkWanted: false,
      end: null,
    });
  });

  it('does not end one that was checked without such a request', () => {
    expect(dialledLegAfter(seen(49, 'ACTIVE'))).toMatchObject({ phase: 'DIALING', end: null });
    expect(dialledLegAfter(checkFailed(49))).toMatchObject({ phase: 'DIALING', end: null });
  });

  it('does not end one that may still be dialled', () => {
    const early = dialledLegAfter(checkRequested(20));

    expect(applyLegEvent(early, seen(20.5, 'ACTIVE'))).toMatchObject({ phase: 'DIALING', end: null });
    expect(applyLegEvent(early, checkFailed(20.5))).toMatchObject({ phase: 'DIALING', end: null });
  });

  it("leaves a connect after the expiry to ASAPP's word", () => {
    const late = dialledLegAfter(connected(61), checkRequested(61.5));

    expect(applyLegEvent(late, seen(62, 'ACTIVE'))).toMatchObject({ connectUnverified: true, end: null });
  });
});

describe('call control that can wait no longer', () => {
  it('gets no number that comes later', () => {
    const leg = legAfter(outOfTime(5), assigned(6));

    expect(leg.assigned).toBeNull();
    expect(leg.end).toMatchObject({
      outcome: 'TRANSFER_UNAVAILABLE',
      reason: 'REQUEST_DEADLINE_EXCEEDED',
      detectedBy: 'NUMBER_REQUEST',
    });
  });

  it('gets no number from the moment on at which it may not be dialled', () => {
    expect(dialledLegAfter(outOfTime(48)).end).toMatchObject({ outcome: 'NUMBER_EXPIRED' });
  });

  it.each([
    ['UNKNOWN', 'NORMAL', 'CONTEXT_UNAVAILABLE', 'DISCONNECT_DEADLINE_EXCEEDED'],
    ['CUSTOMER', 'NORMAL', 'CUSTOMER_HUNG_UP', null],
    ['UNKNOWN', 'FAILED', 'DIAL_FAILED', 'DIAL_FAILED'],
  ] as const)('is answered with what is known of a hangup: %s %s', (by, cause, outcome, reason) => {
    const leg = dialledLegAfter(disconnected(30, { by, cause }), outOfTime(32));

    expect(leg.end).toMatchObject({ outcome, reason, detectedBy: 'DISCONNECT_REPORT' });
  });

  it.each([
    ['the number may still be dialled', dialledLegAfter(), 47],
    ['the call is up', dialledLegAfter(connected(5)), 50],
  ])('changes nothing where %s', (_, leg, seconds) => {
    expect(applyLegEvent(leg, outOfTime(seconds))).toBe(leg);
  });
});

import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { EXPIRY_GRACE_MS, EXPIRY_UNCONFIRMED_MS } from '../../src/leg/asapp-says';
import { isDialable } from '../../src/leg/leg-state';
import {
  assigned,
  at,
  BILLING,
  checkFailed,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  outOfTime,
  seen,
  TRANSPORT,
  unavailable,
} from '../support/legs';

describe('a number', () => {
  it('is dialable until dialBy', () => {
    const leg = dialledLegAfter();

    expect(leg).toMatchObject({ phase: 'DIALING', assigned: TRANSPORT });
    expect([at(1), at(48) - 1, at(48)].map((now) => isDialable(leg, now))).toEqual([true, true, false]);
  });

  it.each([
    ['nothing is assigned', legAfter()],
    ['somebody has connected', dialledLegAfter(connected(5))],
    ['a late connect is unverified', dialledLegAfter(connected(61))],
    ['the leg is over', dialledLegAfter(disconnected(5))],
    ['the leg has ended', dialledLegAfter(disconnected(5, { cause: 'BUSY' }))],
  ])('is not dialable where %s', (_, leg) => {
    expect(isDialable(leg, at(6))).toBe(false);
  });

  it.each([48, 60, 100])('that comes after its dialBy, at %d s, is never handed out', (seconds) => {
    const leg = legAfter(assigned(seconds));

    expect(leg.end).toMatchObject({
      outcome: 'NUMBER_EXPIRED',
      reason: 'NUMBER_TOO_SHORT_LIVED',
      detectedBy: 'NUMBER_REQUEST',
    });
    expect(isDialable(leg, at(seconds))).toBe(false);
  });

  it('that comes a second time does not replace the first', () => {
    const leg = dialledLegAfter();
    const destination = { ...TRANSPORT.destination, transferNumber: '+15550100', country: 'CA' };
    const other = assigned(2, { destination, expiresAt: at(120), dialBy: at(108) });

    expect(applyLegEvent(leg, other)).toBe(leg);
  });
});

test.each(['ASAPP_UNREACHABLE', 'ASAPP_CREDENTIALS_REFUSED', 'TRANSFER_ID_CONFLICT'] as const)(
  'a number that cannot be had ends the leg as TRANSFER_UNAVAILABLE: %s',
  (reason) => {
    expect(legAfter(unavailable(5, reason)).end).toEqual({
      outcome: 'TRANSFER_UNAVAILABLE',
      reason,
      detectedBy: 'NUMBER_REQUEST',
      context: null,
      endedAt: at(5),
    });
  },
);

test('word that a number cannot be had, after there is one, changes nothing', () => {
  const leg = dialledLegAfter();

  expect(applyLegEvent(leg, unavailable(5, 'ASAPP_UNREACHABLE'))).toBe(leg);
});

describe('a number that expires with nobody connected', () => {
  it.each([
    ['ONGOING', at(50), at(50)],
    ['ACTIVE', at(50), at(50)],
    ['ONGOING', null, at(60)],
  ] as const)(
    'has a call, whose connect was lost, where ASAPP says %s and received it at %s',
    (status, callReceivedAt, connectedAt) => {
      const leg = dialledLegAfter(seen(60, status, { callReceivedAt }));

      expect(leg).toMatchObject({ phase: 'CONNECTED', connectedAt, connectedAfterExpiry: false, end: null });
    },
  );

  it('has had a call where ASAPP says COMPLETED', () => {
    expect(dialledLegAfter(escalated(60, 'AGENT')).end).toMatchObject({
      outcome: 'AGENT',
      detectedBy: 'STATUS_CHECK',
      context: BILLING,
    });
  });

  it('is NUMBER_EXPIRED where ASAPP says EXPIRED', () => {
    const leg = dialledLegAfter(seen(60, 'EXPIRED'));

    expect(leg.connectedAfterExpiry).toBe(false);
    expect(leg.end).toEqual({
      outcome: 'NUMBER_EXPIRED',
      reason: 'NUMBER_NOT_DIALLED_IN_TIME',
      detectedBy: 'NUMBER_EXPIRY',
      context: null,
      endedAt: at(60),
    });
  });

  it('is checked again while ASAPP still says ACTIVE, and is NUMBER_EXPIRED after the grace', () => {
    const grace = 60 + EXPIRY_GRACE_MS / 1000;
    const waiting = dialledLegAfter(seen(60, 'ACTIVE'), seen(grace - 1, 'ACTIVE'));

    expect(waiting).toMatchObject({ phase: 'DIALING', checks: 2, checkedAt: at(grace - 1), end: null });
    expect(applyLegEvent(waiting, seen(grace, 'ACTIVE')).end).toMatchObject({ outcome: 'NUMBER_EXPIRED' });
  });

  it('is NUMBER_EXPIRED in the end where ASAPP cannot be asked', () => {
    const limit = 60 + EXPIRY_UNCONFIRMED_MS / 1000;
    const waiting = dialledLegAfter(checkFailed(60), checkFailed(limit - 1));

    expect(waiting).toMatchObject({ phase: 'DIALING', end: null });
    expect(applyLegEvent(waiting, checkFailed(limit)).end).toMatchObject({ outcome: 'NUMBER_EXPIRED' });
  });
});

describe('a connect after the expiry', () => {
  it.each([
    ['happened after it', connected(61)],
    ['happened in the moment of the expiry', connected(60)],
    ['is only heard of after it', connected(61, 59)],
  ])("waits for ASAPP's word where it %s", (_, late) => {
    expect(dialledLegAfter(late)).toMatchObject({
      phase: 'DIALING',
      connectedAt: null,
      connectUnverified: true,
      end: null,
    });
  });

  it('by another clock is none: it was heard of before it', () => {
    expect(dialledLegAfter(connected(59, 61))).toMatchObject({
      phase: 'CONNECTED',
      connectedAt: at(59),
      connectUnverified: false,
    });
  });

  it('is believed where ASAPP has the call', () => {
    const leg = dialledLegAfter(connected(61, 59), seen(62, 'ONGOING', { callReceivedAt: at(58) }));

    expect(leg).toMatchObject({
      phase: 'CONNECTED',
      connectedAt: at(58),
      connectUnverified: false,
      connectedAfterExpiry: false,
    });
  });

  it.each([
    ['ASAPP says EXPIRED', seen(62, 'EXPIRED')],
    ['ASAPP says ACTIVE beyond the grace', seen(75, 'ACTIVE')],
    ['ASAPP cannot be asked within the grace', checkFailed(75)],
    ['call control can wait no longer', outOfTime(62)],
  ])("may be on a stranger's conversation where %s", (_, word) => {
    const leg = dialledLegAfter(connected(61), word);

    expect(leg).toMatchObject({ connectedAfterExpiry: true, connectUnverified: false });
    expect(leg.end).toMatchObject({ outcome: 'NUMBER_EXPIRED', reason: 'CONNECTED_AFTER_EXPIRY' });
  });

  it("may be on a stranger's conversation where the number has expired already", () => {
    const expired = dialledLegAfter(seen(60, 'EXPIRED'));
    const leg = applyLegEvent(expired, connected(61));

    expect(leg.connectedAfterExpiry).toBe(true);
    expect(leg.end).toBe(expired.end);
  });

  it('is over with a hangup, as NUMBER_EXPIRED', () => {
    const leg = dialledLegAfter(connected(61), disconnected(62), seen(63, 'EXPIRED'));

    expect(leg.connectedAfterExpiry).toBe(true);
    expect(leg.end).toMatchObject({ outcome: 'NUMBER_EXPIRED', detectedBy: 'DISCONNECT_REPORT' });
  });
});

test('a connected leg whose number ASAPP says had expired may be on a stranger’s conversation', () => {
  const leg = dialledLegAfter(connected(59), seen(600, 'EXPIRED'));

  expect(leg.connectedAfterExpiry).toBe(true);
  expect(leg.end).toMatchObject({ outcome: 'NUMBER_EXPIRED', reason: 'CONNECTED_AFTER_EXPIRY' });
});

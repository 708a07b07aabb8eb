import { applyLegEvent, dialableLeg, EXPIRY_GRACE_MS, EXPIRY_UNCONFIRMED_MS } from '../../src/leg/leg-state';
import {
  askedTooLate,
  at,
  BILLING,
  checkFailed,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  numberAssigned,
  numberUnavailable,
  resultUnavailable,
  seen,
} from '../support/legs';

describe('a number', () => {
  it('is dialable until dialBy', () => {
    const leg = dialledLegAfter();

    expect(dialableLeg(leg, at(48) - 1)).toEqual({
      transferId: 'conv-1-a',
      transferNumber: '+19991234',
      country: 'US',
      expiresAt: '2025-06-19T13:39:00.000Z',
      dialBy: '2025-06-19T13:38:48.000Z',
    });
    expect(dialableLeg(leg, at(48))).toBeUndefined();
  });

  it.each([
    ['nothing is assigned', legAfter()],
    ['somebody has connected', dialledLegAfter(connected(5))],
    ['a late connect is unverified', dialledLegAfter(connected(61))],
    ['the leg is over', dialledLegAfter(disconnected(5))],
    ['the leg has ended', dialledLegAfter(disconnected(5, { cause: 'BUSY' }))],
  ])('is not dialable where %s', (_, leg) => {
    expect(dialableLeg(leg, at(6))).toBeUndefined();
  });

  it.each([48, 60, 100])('that comes after its dialBy, at %d s, is never handed out', (seconds) => {
    const leg = legAfter(numberAssigned(seconds));

    expect(leg.end).toMatchObject({ outcome: 'NUMBER_EXPIRED', reason: 'NUMBER_TOO_SHORT_LIVED' });
    expect(dialableLeg(leg, at(seconds))).toBeUndefined();
  });

  it('that comes a second time does not replace the first', () => {
    const leg = dialledLegAfter();
    const other = {
      type: 'numberAssigned' as const,
      number: { transferNumber: '+15550100', country: 'CA', expiresAt: at(120), dialBy: at(108) },
      now: at(2),
    };

    expect(applyLegEvent(leg, other)).toBe(leg);
  });
});

test.each(['ASAPP_UNREACHABLE', 'ASAPP_CREDENTIALS_REFUSED', 'TRANSFER_ID_CONFLICT'] as const)(
  'a number that cannot be had ends the leg as TRANSFER_UNAVAILABLE: %s',
  (reason) => {
    expect(legAfter(numberUnavailable(5, reason)).end).toEqual({
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

  expect(applyLegEvent(leg, numberUnavailable(5, 'ASAPP_UNREACHABLE'))).toBe(leg);
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

  it('is looked at again while ASAPP still says ACTIVE, and is NUMBER_EXPIRED after the grace', () => {
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
    ['is only heard of after it', connected(61, 59)],
    ['is dated after it by another clock', connected(59, 61)],
  ])("waits for ASAPP's word where it %s", (_, late) => {
    expect(dialledLegAfter(late)).toMatchObject({
      phase: 'DIALING',
      connectedAt: null,
      connectUnverified: true,
      end: null,
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
    ['call control asks again', askedTooLate(62)],
  ])("may be on a stranger's conversation where %s", (_, word) => {
    const leg = dialledLegAfter(connected(61), word);

    expect(leg.connectedAfterExpiry).toBe(true);
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

describe('an ask for a number that is too old to dial', () => {
  it('ends a leg that nobody connected to', () => {
    expect(dialledLegAfter(askedTooLate(48)).end).toMatchObject({
      outcome: 'NUMBER_EXPIRED',
      reason: 'NUMBER_NOT_DIALLED_IN_TIME',
    });
  });

  it.each([
    ['the number may still be dialled', dialledLegAfter(), 47],
    ['the call is up', dialledLegAfter(connected(5)), 50],
    ['the result is being fetched', dialledLegAfter(connected(5), disconnected(30)), 50],
    ['there is no number yet', legAfter(), 50],
  ])('changes nothing where %s', (_, leg, seconds) => {
    expect(applyLegEvent(leg, askedTooLate(seconds))).toBe(leg);
  });
});

describe('a dial that fails', () => {
  it.each([
    ['BUSY', 'DIAL_BUSY'],
    ['NO_ANSWER', 'DIAL_NO_ANSWER'],
    ['REJECTED', 'DIAL_REJECTED'],
  ] as const)('with %s is DIAL_FAILED at once', (cause, reason) => {
    expect(dialledLegAfter(disconnected(9, { cause })).end).toEqual({
      outcome: 'DIAL_FAILED',
      reason,
      detectedBy: 'DISCONNECT_REPORT',
      context: null,
      endedAt: at(9),
    });
  });

  it.each([
    ['ASAPP knows of no call', seen(10, 'ACTIVE')],
    ['the number has expired meanwhile', seen(10, 'EXPIRED')],
    ['ASAPP cannot be asked', resultUnavailable(13, 'ASAPP_UNREACHABLE')],
  ])('with FAILED is DIAL_FAILED where %s', (_, answer) => {
    expect(dialledLegAfter(disconnected(9, { cause: 'FAILED' }), answer).end).toMatchObject({
      outcome: 'DIAL_FAILED',
      reason: 'DIAL_FAILED',
    });
  });

  it('with FAILED is no failed dial where GenerativeAgent had the call', () => {
    const failed = disconnected(9, { cause: 'FAILED' });

    expect(dialledLegAfter(failed, escalated(10, 'AGENT')).end?.outcome).toBe('AGENT');
    expect(dialledLegAfter(failed, seen(10, 'ONGOING', { callReceivedAt: at(5) }))).toMatchObject({
      phase: 'DISCONNECTED',
      connectedAt: at(5),
      end: null,
    });
  });

  it.each(['BUSY', 'NO_ANSWER', 'REJECTED', 'FAILED'])(
    'with %s after an answer is none: ASAPP knows the result',
    (cause) => {
      const leg = dialledLegAfter(connected(5), disconnected(30, { cause }), escalated(31, 'SYSTEM'));

      expect(leg.end).toMatchObject({ outcome: 'SYSTEM', reason: null, context: BILLING });
    },
  );

  it('with a word of its own counts as a normal end', () => {
    expect(dialledLegAfter(disconnected(9, { cause: 'LUNCH' }), escalated(10, 'AGENT')).end?.outcome).toBe(
      'AGENT',
    );
    expect(dialledLegAfter(disconnected(9, { cause: 'LUNCH' }), seen(10, 'EXPIRED')).end).toMatchObject({
      outcome: 'NUMBER_EXPIRED',
      reason: 'NUMBER_NOT_DIALLED_IN_TIME',
    });
  });
});

import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { strongerCause } from '../../src/leg/dial-causes';
import {
  BILLING,
  at,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  resultUnavailable,
  seen,
} from '../support/legs';

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

describe('a dial that was cancelled', () => {
  it.each(['CUSTOMER', 'UNKNOWN'] as const)('is the hangup of the customer, by %s', (by) => {
    for (const leg of [legAfter(), dialledLegAfter()]) {
      expect(applyLegEvent(leg, disconnected(9, { by, cause: 'CANCELLED' })).end).toMatchObject({
        outcome: 'CUSTOMER_HUNG_UP',
        reason: null,
      });
    }
  });

  it('is none where GenerativeAgent ended it', () => {
    for (const leg of [legAfter(), dialledLegAfter()]) {
      const { end } = applyLegEvent(leg, disconnected(9, { by: 'GENERATIVE_AGENT', cause: 'CANCELLED' }));
      expect(end).toMatchObject({ outcome: 'DIAL_FAILED', reason: 'DIAL_FAILED' });
    }
  });
});

describe('a number that is still being requested, and a report that', () => {
  it.each([
    ['UNKNOWN', 'FAILED', 'DIAL_FAILED', 'DIAL_FAILED'],
    ['UNKNOWN', 'BUSY', 'DIAL_FAILED', 'DIAL_BUSY'],
    ['GENERATIVE_AGENT', 'NORMAL', 'DIAL_FAILED', 'DIAL_FAILED'],
    ['CUSTOMER', 'FAILED', 'CUSTOMER_HUNG_UP', null],
    ['UNKNOWN', 'LUNCH', 'CUSTOMER_HUNG_UP', null],
  ] as const)('the leg is over, by %s with %s, is %s', (by, cause, outcome, reason) => {
    expect(legAfter(disconnected(1, { by, cause })).end).toMatchObject({ outcome, reason });
  });
});

describe('of two reports of one hangup', () => {
  it.each([
    ['NORMAL', 'FAILED', 'FAILED'],
    ['FAILED', 'NO_ANSWER', 'NO_ANSWER'],
    ['NO_ANSWER', 'REJECTED', 'REJECTED'],
    ['REJECTED', 'BUSY', 'BUSY'],
    ['BUSY', 'CANCELLED', 'CANCELLED'],
    ['LUNCH', 'FAILED', 'FAILED'],
  ])('the cause that says more counts: %s, %s', (first, second, stronger) => {
    expect(strongerCause(first, second)).toBe(stronger);
    expect(strongerCause(second, first)).toBe(stronger);
  });

  it('the first counts where both mean a normal end', () => {
    expect([strongerCause('LUNCH', 'NORMAL'), strongerCause('NORMAL', 'LUNCH')]).toEqual(['LUNCH', 'NORMAL']);
  });

  it('the one with a failed dial ends a leg that waits for its result', () => {
    const leg = dialledLegAfter(disconnected(9), disconnected(9.5, { cause: 'BUSY' }));

    expect(leg.end).toMatchObject({ outcome: 'DIAL_FAILED', reason: 'DIAL_BUSY' });
  });
});

describe('a connect, and a cause that only comes before an answer, contradict each other:', () => {
  const causes = [
    ['BUSY', 'DIAL_BUSY'],
    ['NO_ANSWER', 'DIAL_NO_ANSWER'],
    ['REJECTED', 'DIAL_REJECTED'],
  ] as const;

  it.each(causes)('%s that comes first ends the leg, whatever is heard later', (cause, reason) => {
    const ended = dialledLegAfter(disconnected(9, { cause }));
    const leg = [connected(10, 5), escalated(11, 'AGENT')].reduce(applyLegEvent, ended);

    expect(leg).toBe(ended);
    expect(leg.end).toMatchObject({ outcome: 'DIAL_FAILED', reason });
  });

  it.each([...causes.map(([cause]) => cause), 'CANCELLED'])(
    'after a connect %s ends nothing before ASAPP was asked, whose call decides',
    (cause) => {
      const leg = dialledLegAfter(connected(5), disconnected(9, { cause }));

      expect(leg).toMatchObject({ phase: 'DISCONNECTED', end: null });
      expect(applyLegEvent(leg, escalated(10, 'SYSTEM')).end).toMatchObject({ outcome: 'SYSTEM' });
      expect(applyLegEvent(leg, seen(10, 'COMPLETED')).end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP' });
    },
  );

  it.each(causes)('if ASAPP shows no call, %s is believed as if it had come first', (cause, reason) => {
    for (const status of ['ACTIVE', 'EXPIRED'] as const) {
      const leg = dialledLegAfter(connected(5), disconnected(9, { cause }), seen(61, status));
      expect(leg.end).toMatchObject({ outcome: 'DIAL_FAILED', reason });
    }
  });

  it('if ASAPP shows no call, CANCELLED after a connect is not: the caller was somewhere', () => {
    const leg = dialledLegAfter(connected(5), disconnected(9, { cause: 'CANCELLED' }), seen(61, 'EXPIRED'));

    expect(leg.end).toMatchObject({ outcome: 'NUMBER_EXPIRED', reason: 'CONNECTED_AFTER_EXPIRY' });
  });

  it.each(causes)('if ASAPP cannot be asked, a connect before %s counts', (cause) => {
    const leg = dialledLegAfter(
      connected(5),
      disconnected(9, { cause }),
      resultUnavailable(13, 'ASAPP_UNREACHABLE'),
    );

    expect(leg.end).toMatchObject({ outcome: 'CONTEXT_UNAVAILABLE', reason: 'ASAPP_UNREACHABLE' });
  });
});

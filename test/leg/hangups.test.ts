import { applyLegEvent } from '../../src/leg/apply-leg-event';
import type { LegEvent } from '../../src/leg/leg-state';
import {
  assigned,
  at,
  BILLING,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  resultUnavailable,
  seen,
} from '../support/legs';

describe('a disconnect out of order', () => {
  const orders: [string, LegEvent[]][] = [
    ['in order', [connected(5), disconnected(30)]],
    ['before the connect', [disconnected(30), connected(31, 5)]],
    ['twice', [connected(5), disconnected(30), disconnected(31)]],
    ['twice, around the connect', [disconnected(30), connected(31, 5), disconnected(32)]],
    ['without a connect', [disconnected(30)]],
  ];

  it.each(orders)('%s leads to the same end', (_, events) => {
    const leg = dialledLegAfter(...events, escalated(33, 'AGENT'));

    expect(leg).toMatchObject({ phase: 'ENDED', connectedAt: at(5), disconnect: { at: at(30) } });
    expect(leg.end).toEqual({
      outcome: 'AGENT',
      reason: null,
      detectedBy: 'DISCONNECT_REPORT',
      context: BILLING,
      endedAt: at(33),
    });
  });

  it('after the end changes nothing', () => {
    const ended = dialledLegAfter(connected(5), escalated(30, 'SYSTEM'));

    expect(applyLegEvent(ended, disconnected(31, { by: 'CUSTOMER' }))).toBe(ended);
  });
});

describe("a hangup that ASAPP's books do not show", () => {
  it.each(['ONGOING', 'ACTIVE'] as const)('is waited for while they say %s', (status) => {
    const leg = dialledLegAfter(connected(5), disconnected(30), seen(31, status, { callReceivedAt: at(5) }));

    expect(leg).toMatchObject({ phase: 'DISCONNECTED', end: null });
  });

  it.each(['UNKNOWN', 'GENERATIVE_AGENT'] as const)(
    'ends without a context when the time is up, reported as by %s',
    (by) => {
      const leg = dialledLegAfter(
        connected(5),
        disconnected(30, { by }),
        seen(31, 'ONGOING'),
        resultUnavailable(34, 'RESULT_STILL_PENDING'),
      );

      expect(leg.end).toMatchObject({
        outcome: 'CONTEXT_UNAVAILABLE',
        reason: 'RESULT_STILL_PENDING',
        detectedBy: 'DISCONNECT_REPORT',
        context: null,
      });
    },
  );

  it('without a connect is waited for, too: a short call may not be in the books yet', () => {
    expect(dialledLegAfter(disconnected(30), seen(31, 'ACTIVE'))).toMatchObject({ end: null });
  });
});

describe('two hangups at once', () => {
  it.each([
    ['GENERATIVE_AGENT', 'CUSTOMER'],
    ['CUSTOMER', 'GENERATIVE_AGENT'],
    ['UNKNOWN', 'CUSTOMER'],
    ['CUSTOMER', 'UNKNOWN'],
  ] as const)("%s, then %s: the customer's decides, with the context", (first, second) => {
    const leg = dialledLegAfter(
      connected(5),
      disconnected(30, { by: first }),
      disconnected(31, { by: second }),
      escalated(32, 'AGENT'),
    );

    expect(leg.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', reason: null, context: BILLING });
    expect(leg.disconnect?.at).toBe(at(30));
  });
});

describe('a customer who hangs up early', () => {
  it.each([{}, { by: 'CUSTOMER' }, { by: 'CUSTOMER', cause: 'CANCELLED' }] as const)(
    'while the number is requested has hung up, and gets no number: %j',
    (report) => {
      const left = legAfter(disconnected(1, report));

      expect(left.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', detectedBy: 'DISCONNECT_REPORT' });
      expect(applyLegEvent(left, assigned(2))).toBe(left);
      expect(left.assigned).toBeNull();
    },
  );

  it('while it rings has hung up at once where the dialling was cancelled', () => {
    expect(dialledLegAfter(disconnected(9, { by: 'CUSTOMER', cause: 'CANCELLED' })).end).toMatchObject({
      outcome: 'CUSTOMER_HUNG_UP',
      reason: null,
    });
  });

  it.each([
    ['ASAPP knows of no call', seen(10, 'ACTIVE')],
    ['the number has expired meanwhile', seen(10, 'EXPIRED')],
    ['ASAPP cannot be asked', resultUnavailable(13, 'ASAPP_UNREACHABLE')],
    ['ASAPP knows of a short call', seen(10, 'COMPLETED', { callReceivedAt: at(8) })],
  ])('while it rings has hung up: %s', (_, answer) => {
    const left = dialledLegAfter(disconnected(9, { by: 'CUSTOMER' }), answer);

    expect(left.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', reason: null });
  });
});

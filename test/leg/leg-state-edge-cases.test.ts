import { nextWake } from '../../src/leg/leg-schedule';
import { applyLegEvent } from '../../src/leg/leg-state';
import { legView, settledEvent } from '../../src/leg/leg-views';
import {
  at,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  resultUnavailable,
  seen,
  settings,
} from '../support/legs';

test.each(['constructor', 'toString', '__proto__', 'valueOf'])(
  'a cause of the phone system’s own counts as NORMAL: %s',
  (cause) => {
    expect(dialledLegAfter(disconnected(9, { cause })).end).toBeNull();
    expect(dialledLegAfter(disconnected(9, { cause }), escalated(10, 'AGENT')).end).toMatchObject({
      outcome: 'AGENT',
    });
  },
);

test.failing(
  'an answer that counts as the end of a transfer ends every leg that waits for its result',
  () => {
    const leg = dialledLegAfter(
      connected(5),
      disconnected(30),
      seen(31, 'EXPIRED', { callReceivedAt: at(5) }),
    );
    expect(leg.end).not.toBeNull();
  },
);

test('a connect dated before the number was asked for does not end a call that has just begun', () => {
  const leg = dialledLegAfter(connected(5, -3600), seen(6, 'ONGOING', { callReceivedAt: at(5) }));
  expect(nextWake(leg, settings(), at(6))).toMatchObject({ final: false });
});

test.each(['BUSY', 'NO_ANSWER', 'REJECTED'])(
  'a customer who hangs up while it rings has hung up: %s',
  (cause) => {
    expect(dialledLegAfter(disconnected(9, { by: 'CUSTOMER', cause })).end).toMatchObject({
      outcome: 'CUSTOMER_HUNG_UP',
    });
  },
);

test('two reports of one hangup lead to the same outcome in either order', () => {
  const ends = [['UNKNOWN', 'GENERATIVE_AGENT'] as const, ['GENERATIVE_AGENT', 'UNKNOWN'] as const].map(
    ([a, b]) =>
      dialledLegAfter(
        connected(5),
        disconnected(30, { by: a }),
        disconnected(31, { by: b }),
        seen(32, 'COMPLETED'),
      ).end?.outcome,
  );
  expect(ends).toEqual(['CONTEXT_UNAVAILABLE', 'CONTEXT_UNAVAILABLE']);
});

test('a second report of the customer’s hangup changes nothing', () => {
  const leg = dialledLegAfter(connected(5), disconnected(30, { by: 'CUSTOMER' }));
  expect(applyLegEvent(leg, disconnected(31, { by: 'CUSTOMER' }))).toBe(leg);
});

test('a second connect after the expiry changes nothing', () => {
  const leg = dialledLegAfter(seen(60, 'EXPIRED'), connected(61));
  expect(applyLegEvent(leg, connected(62))).toBe(leg);
});

test('a call that was up and failed is waited for while the books lag', () => {
  const leg = dialledLegAfter(connected(5), disconnected(7, { cause: 'FAILED' }), seen(8, 'ACTIVE'));
  expect(leg.end).toBeNull();
});

test.failing(
  'a result that cannot be had is the same for disconnect before connect, though the connect is heard of after the expiry',
  () => {
    const late = resultUnavailable(70, 'ASAPP_UNREACHABLE');
    const a = dialledLegAfter(connected(5), disconnected(62, { cause: 'FAILED' }), late);
    const b = dialledLegAfter(disconnected(62, { cause: 'FAILED' }), connected(63, 5), late);
    expect(b.end?.outcome).toBe(a.end?.outcome);
  },
);

test.failing('disconnect before a late connect has the reason of the right order', () => {
  const a = dialledLegAfter(connected(61), disconnected(62), seen(63, 'EXPIRED'));
  const b = dialledLegAfter(disconnected(62), connected(62.5, 61), seen(63, 'EXPIRED'));
  expect([b.end?.reason, b.connectedAfterExpiry]).toEqual([a.end?.reason, a.connectedAfterExpiry]);
});

test.failing('a connect is never shown after its disconnect', () => {
  const leg = dialledLegAfter(disconnected(30), connected(31));
  expect(leg.connectedAt).toBeLessThanOrEqual(leg.disconnect?.at ?? 0);
});

test.failing('a leg that settled elsewhere shows that it was connected after its expiry', () => {
  const leg = applyLegEvent(
    dialledLegAfter(),
    settledEvent(
      {
        transferId: 'conv-1-a',
        outcome: 'NUMBER_EXPIRED',
        requestedAt: '2025-06-19T13:38:00.000Z',
        connectedAt: null,
        disconnectedAt: null,
        detectedBy: 'NUMBER_EXPIRY',
        reason: 'CONNECTED_AFTER_EXPIRY',
        endedAt: '2025-06-19T13:39:02.000Z',
        currentTaskName: null,
        referenceVariables: {},
        transferVariables: {},
      },
      at(62),
    ),
  );
  expect(legView(leg).connectedAfterExpiry).toBe(true);
});

test('cancelled dial that GenerativeAgent ended is no hangup of the customer', () => {
  expect(
    dialledLegAfter(disconnected(9, { by: 'GENERATIVE_AGENT', cause: 'CANCELLED' })).end?.outcome,
  ).not.toBe('CUSTOMER_HUNG_UP');
  expect(legAfter(disconnected(1, { by: 'GENERATIVE_AGENT', cause: 'CANCELLED' })).end?.outcome).not.toBe(
    'CUSTOMER_HUNG_UP',
  );
});

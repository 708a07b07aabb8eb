import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { nextWake } from '../../src/leg/leg-schedule';
import { legResult, legView, legWithResult } from '../../src/leg/leg-views';
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

test('an answer that counts as the end of a transfer ends every leg that waits for its result', () => {
  const leg = dialledLegAfter(connected(5), disconnected(30), seen(31, 'EXPIRED', { callReceivedAt: at(5) }));

  expect(leg.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', detectedBy: 'DISCONNECT_REPORT' });
});

test('a connect dated before the number was asked for does not end a call that has just begun', () => {
  const leg = dialledLegAfter(connected(5, -3600), seen(6, 'ONGOING', { callReceivedAt: at(5) }));
  expect(leg).toMatchObject({ connectedAt: leg.requestedAt, upSince: at(5) });
  expect(nextWake(leg, settings(), at(6))).toMatchObject({ check: false, summary: 'Number expires' });
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

test('a result that cannot be had is the same for disconnect before connect, though the connect is heard of after the expiry', () => {
  const late = resultUnavailable(70, 'ASAPP_UNREACHABLE');
  const inOrder = dialledLegAfter(connected(5), disconnected(62, { cause: 'FAILED' }), late);
  const reversed = dialledLegAfter(disconnected(62, { cause: 'FAILED' }), connected(63, 5), late);

  expect(inOrder.end?.outcome).toBe('CONTEXT_UNAVAILABLE');
  expect(reversed.end).toEqual(inOrder.end);
});

test('disconnect before a late connect has the reason of the right order', () => {
  const inOrder = dialledLegAfter(connected(61), disconnected(62), seen(63, 'EXPIRED'));
  const reversed = dialledLegAfter(disconnected(62), connected(62.5, 61), seen(63, 'EXPIRED'));

  expect(inOrder).toMatchObject({ connectedAfterExpiry: true, end: { reason: 'CONNECTED_AFTER_EXPIRY' } });
  expect([reversed.end, reversed.connectedAfterExpiry]).toEqual([inOrder.end, true]);
});

test('a connect is never shown after its disconnect', () => {
  const leg = dialledLegAfter(disconnected(30), connected(31));

  expect(leg).toMatchObject({ connectedAt: at(30), disconnect: { at: at(30) } });
});

test('a leg that ended in its own workflow shows that it was connected after its expiry', () => {
  const own = dialledLegAfter(connected(61), seen(62, 'EXPIRED'));
  const result = legResult(own, own.end as NonNullable<typeof own.end>);
  const leg = legWithResult(dialledLegAfter(), result);

  expect(legView(leg)).toMatchObject({ outcome: 'NUMBER_EXPIRED', connectedAfterExpiry: true });
});

test('cancelled dial that GenerativeAgent ended is no hangup of the customer', () => {
  expect(
    dialledLegAfter(disconnected(9, { by: 'GENERATIVE_AGENT', cause: 'CANCELLED' })).end?.outcome,
  ).not.toBe('CUSTOMER_HUNG_UP');
  expect(legAfter(disconnected(1, { by: 'GENERATIVE_AGENT', cause: 'CANCELLED' })).end?.outcome).not.toBe(
    'CUSTOMER_HUNG_UP',
  );
});

test('a call that was up is never shown to end before its connect, though it is heard of at an earlier time', () => {
  const leg = dialledLegAfter(connected(5), seen(4, 'COMPLETED'));
  expect(leg.end).not.toBeNull();
  expect(leg.disconnect?.at).toBeGreaterThanOrEqual(leg.connectedAt ?? Infinity);
});

import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg } from '../../src/leg/leg-state';
import { describeLeg, timeOfDay } from '../../src/leg/leg-views';
import {
  assigned,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  REQUESTED_AT,
  seen,
  unavailable,
} from '../support/legs';

const described = (...events: Parameters<typeof applyLegEvent>[1][]) =>
  describeLeg(events.reduce(applyLegEvent, newLeg('a`**b**`[x](http://y)', REQUESTED_AT)));

test.each([
  ['requesting', []],
  ['dialling', [assigned(1)]],
  ['disconnected', [assigned(1), disconnected(5)]],
  ['ended', [assigned(1), escalated(30, 'AGENT')]],
  ['without a number', [unavailable(1, 'ASAPP_UNREACHABLE')]],
])('an id stays code in the Web UI, whatever is in it: a leg that is %s', (_phase, events) => {
  expect(described(...events)).toContain("`a'**b**'[x](http://y)`");
});

test.each([
  ['is being requested', legAfter(), '**Requesting a number** for `conv-1-a`'],
  [
    'has a number',
    dialledLegAfter(),
    '**Number assigned** to `conv-1-a`, nobody connected yet; expires 13:39:00',
  ],
  [
    'is connected',
    dialledLegAfter(connected(5)),
    '**GenerativeAgent is on the call** `conv-1-a` since 13:38:05',
  ],
  [
    'is over',
    dialledLegAfter(connected(5), disconnected(30, { by: 'CUSTOMER' })),
    '**Fetching the context** of `conv-1-a`, disconnected 13:38:30 by CUSTOMER',
  ],
  [
    'has ended',
    dialledLegAfter(escalated(30, 'AGENT')),
    '**AGENT**: `conv-1-a` ended 13:38:30, detected by STATUS_CHECK',
  ],
  [
    'fell back',
    dialledLegAfter(disconnected(30, { cause: 'BUSY' })),
    '**DIAL_FAILED** (DIAL_BUSY): `conv-1-a` ended 13:38:30, detected by DISCONNECT_REPORT',
  ],
  [
    'was connected too late',
    dialledLegAfter(connected(61), seen(62, 'EXPIRED')),
    '**NUMBER_EXPIRED** (CONNECTED_AFTER_EXPIRY): `conv-1-a` ended 13:39:02, detected by NUMBER_EXPIRY\n\n' +
      'Connected after its number had expired: drop the leg.',
  ],
])('a leg that %s is described in a line, with what an operator must know', (_, leg, text) => {
  expect(describeLeg(leg)).toBe(text);
});

test('a time of the day is in UTC', () => {
  expect(timeOfDay(REQUESTED_AT)).toBe('13:38:00');
});

import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg } from '../../src/leg/leg-state';
import { describeLeg } from '../../src/leg/leg-views';
import { assigned, disconnected, escalated, REQUESTED_AT, unavailable } from '../support/legs';

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

import type { LegEnd, LegState } from '../../src/leg/leg-state';
import { legResult, legSummary, legView, legWithResult } from '../../src/leg/leg-views';
import {
  at,
  BILLING,
  cancelled,
  checkRequested,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  resultUnavailable,
  seen,
} from '../support/legs';

const requested = {
  transferId: 'conv-1-a',
  phase: 'REQUESTING',
  requestedAt: '2025-06-19T13:38:00.000Z',
  expiresAt: null,
  dialBy: null,
  connectedAt: null,
  disconnectedAt: null,
  endedAt: null,
  outcome: null,
  reason: null,
  detectedBy: null,
  connectedAfterExpiry: false,
};
const dialled = {
  ...requested,
  phase: 'DIALING',
  expiresAt: '2025-06-19T13:39:00.000Z',
  dialBy: '2025-06-19T13:38:48.000Z',
};
const up = { ...dialled, phase: 'CONNECTED', connectedAt: '2025-06-19T13:38:05.000Z' };
const over = { ...up, phase: 'DISCONNECTED', disconnectedAt: '2025-06-19T13:38:30.000Z' };
const ended = {
  ...over,
  phase: 'ENDED',
  endedAt: '2025-06-19T13:38:31.000Z',
  outcome: 'AGENT',
  detectedBy: 'DISCONNECT_REPORT',
};

const escalatedLeg = dialledLegAfter(connected(5), disconnected(30), escalated(31, 'AGENT'));
const expiredLeg = dialledLegAfter(seen(60, 'EXPIRED'));

const endOf = (leg: LegState) => leg.end as LegEnd;
const resultOf = (leg: LegState) => legResult(leg, endOf(leg));

test.each<[string, LegState, object]>([
  ['a requested leg', legAfter(), requested],
  ['a leg with a number', dialledLegAfter(), dialled],
  ['a connected leg', dialledLegAfter(connected(5)), up],
  ['a leg that is over', dialledLegAfter(connected(5), disconnected(30)), over],
  ['an ended leg', escalatedLeg, ended],
  [
    'a leg that fell back',
    dialledLegAfter(disconnected(30, { cause: 'BUSY' })),
    {
      ...dialled,
      phase: 'ENDED',
      disconnectedAt: '2025-06-19T13:38:30.000Z',
      endedAt: '2025-06-19T13:38:30.000Z',
      outcome: 'DIAL_FAILED',
      reason: 'DIAL_BUSY',
      detectedBy: 'DISCONNECT_REPORT',
    },
  ],
])('%s is shown with its phase, and with the times that are known', (_, leg, view) => {
  expect(legView(leg)).toEqual(view);
});

test('a decision lists how a leg ended, and when', () => {
  expect(legSummary(escalatedLeg, endOf(escalatedLeg))).toEqual({
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    requestedAt: '2025-06-19T13:38:00.000Z',
    connectedAt: '2025-06-19T13:38:05.000Z',
    disconnectedAt: '2025-06-19T13:38:30.000Z',
    detectedBy: 'DISCONNECT_REPORT',
  });
});

describe("the answer of a leg's own workflow", () => {
  it('has the context', () => {
    expect(resultOf(escalatedLeg)).toEqual({
      ...legSummary(escalatedLeg, endOf(escalatedLeg)),
      ...BILLING,
      reason: null,
      endedAt: '2025-06-19T13:38:31.000Z',
      connectedAfterExpiry: false,
    });
  });

  it('without a context has no task and no variables', () => {
    expect(resultOf(expiredLeg)).toMatchObject({
      connectedAt: null,
      disconnectedAt: null,
      reason: 'NUMBER_NOT_DIALLED_IN_TIME',
      currentTaskName: null,
      referenceVariables: {},
      transferVariables: {},
    });
  });
});

describe('the conversation takes the answer over:', () => {
  it.each([
    ['of a call that was escalated', escalatedLeg],
    ['of a number that expired', expiredLeg],
    [
      'of a call that cannot be told of',
      dialledLegAfter(disconnected(30), resultUnavailable(34, 'ASAPP_UNREACHABLE')),
    ],
    ['of a caller who may be elsewhere', dialledLegAfter(connected(61), seen(62, 'EXPIRED'))],
  ])('%s', (_, own) => {
    const leg = legWithResult(dialledLegAfter(), resultOf(own));

    expect(resultOf(leg)).toEqual(resultOf(own));
    expect(legView(leg)).toEqual(legView(own));
  });

  it('nothing is open any more', () => {
    const late = dialledLegAfter(connected(61), checkRequested(62));

    expect(legWithResult(late, resultOf(dialledLegAfter(cancelled(70))))).toMatchObject({
      phase: 'ENDED',
      checkWanted: false,
      connectUnverified: false,
    });
  });

  it('who hung up stays as it was reported, at the time of the answer', () => {
    const known = dialledLegAfter(connected(5), disconnected(29, { by: 'CUSTOMER', cause: 'NORMAL' }));

    expect(legWithResult(known, resultOf(escalatedLeg)).disconnect).toMatchObject({
      by: 'CUSTOMER',
      at: at(30),
      reportedAt: at(29),
    });
  });

  it('there is no hangup where none was heard of anywhere', () => {
    expect(legWithResult(dialledLegAfter(), resultOf(expiredLeg)).disconnect).toBeNull();
  });

  it('a hangup that was not heard of here is by nobody known, and was heard of at the end', () => {
    expect(legWithResult(dialledLegAfter(), resultOf(escalatedLeg)).disconnect).toEqual({
      by: 'UNKNOWN',
      cause: 'NORMAL',
      at: at(30),
      reportedAt: at(31),
    });
  });

  it.each([
    ['an expired number', expiredLeg, true],
    ['a cancelled leg', dialledLegAfter(cancelled(62)), false],
  ])('a connect of which %s had not heard counts: %#', (_, own, connectedAfterExpiry) => {
    const late = dialledLegAfter(connected(61));

    expect(legWithResult(late, resultOf(own))).toMatchObject({ connectedAfterExpiry });
  });
});

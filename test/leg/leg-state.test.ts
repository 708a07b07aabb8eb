import { applyLegEvent } from '../../src/leg/apply-leg-event';
import type { LegEvent, LegState } from '../../src/leg/leg-state';
import {
  assigned,
  at,
  BILLING,
  callDurationExceeded,
  cancelled,
  checkFailed,
  checkRequested,
  connected,
  dialledLegAfter,
  disconnected,
  escalated,
  legAfter,
  outOfTime,
  resultUnavailable,
  seen,
  unavailable,
} from '../support/legs';

test('a connect that comes twice keeps the first time', () => {
  expect(dialledLegAfter(connected(5), connected(8)).connectedAt).toBe(at(5));
});

describe('a lost hangup', () => {
  it.each([
    ['AGENT', BILLING],
    ['SYSTEM', BILLING],
  ] as const)('is found by a check of ASAPP: %s', (transferType, context) => {
    const leg = dialledLegAfter(connected(5), escalated(600, transferType));

    expect(leg.end).toEqual({
      outcome: transferType,
      reason: null,
      detectedBy: 'STATUS_CHECK',
      context,
      endedAt: at(600),
    });
    expect(leg.disconnect).toMatchObject({ by: 'UNKNOWN', cause: 'NORMAL', at: at(600) });
  });

  it("is the customer's where ASAPP has no context", () => {
    const leg = dialledLegAfter(connected(5), seen(600, 'COMPLETED', { completedAt: at(420) }));

    expect(leg.end).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', reason: null, detectedBy: 'STATUS_CHECK' });
    expect(leg.disconnect?.at).toBe(at(420));
  });

  it('leaves the call up where ASAPP says that it goes on', () => {
    const leg = dialledLegAfter(connected(5), seen(600, 'ONGOING', { callReceivedAt: at(6) }));

    expect(leg).toMatchObject({ phase: 'CONNECTED', connectedAt: at(5), checkedAt: at(600), end: null });
  });

  it('leaves the call up where ASAPP cannot be asked', () => {
    expect(dialledLegAfter(connected(5), checkFailed(600))).toMatchObject({ phase: 'CONNECTED', end: null });
  });

  it('is given up at the maximum call duration', () => {
    const leg = dialledLegAfter(connected(5), seen(3605, 'ONGOING'), callDurationExceeded(3605));

    expect(leg.end).toEqual({
      outcome: 'CONTEXT_UNAVAILABLE',
      reason: 'CALL_DURATION_LIMIT',
      detectedBy: 'CALL_DURATION_LIMIT',
      context: null,
      endedAt: at(3605),
    });
  });
});

describe('a completed transfer', () => {
  const completed = (by: 'CUSTOMER' | 'UNKNOWN' | 'GENERATIVE_AGENT', transferType?: string): LegState =>
    dialledLegAfter(
      connected(5),
      disconnected(30, { by }),
      transferType === undefined ? seen(31, 'COMPLETED') : escalated(31, transferType),
    );

  it.each([
    ['CUSTOMER', 'CUSTOMER_HUNG_UP', null],
    ['UNKNOWN', 'CUSTOMER_HUNG_UP', null],
    ['GENERATIVE_AGENT', 'CONTEXT_UNAVAILABLE', 'OUTPUT_CONTEXT_MISSING'],
  ] as const)('without a context, reported as ended by %s, is %s', (by, outcome, reason) => {
    expect(completed(by).end).toMatchObject({ outcome, reason, context: null });
  });

  it.each(['AGENT', 'SYSTEM'] as const)(
    'of type %s keeps the context where the customer hung up, too',
    (type) => {
      expect(completed('CUSTOMER', type).end).toMatchObject({
        outcome: 'CUSTOMER_HUNG_UP',
        reason: null,
        context: BILLING,
      });
    },
  );

  it.each(['UNKNOWN', 'GENERATIVE_AGENT'] as const)('of a type that nobody knows falls back, by %s', (by) => {
    expect(completed(by, 'HOLOGRAM').end).toMatchObject({
      outcome: 'CONTEXT_UNAVAILABLE',
      reason: 'TRANSFER_TYPE_UNKNOWN',
      context: BILLING,
    });
  });
});

describe('a workflow that is cancelled', () => {
  it.each([
    ['while the number is requested', legAfter(), null, null],
    ['while it rings', dialledLegAfter(), null, null],
    ['while the call is up', dialledLegAfter(connected(5)), at(5), null],
    ['while the result is fetched', dialledLegAfter(connected(5), disconnected(30)), at(5), at(30)],
  ])('%s ends as CANCELLED, with what is known', (_, leg, connectedAt, disconnectedAt) => {
    const end = applyLegEvent(leg, cancelled(40));

    expect(end.end).toMatchObject({
      outcome: 'CANCELLED',
      reason: 'WORKFLOW_CANCELLED',
      detectedBy: 'CANCELLATION',
      endedAt: at(40),
    });
    expect(end.connectedAt).toBe(connectedAt);
    expect(end.disconnect?.at ?? null).toBe(disconnectedAt);
  });
});

describe('an ended leg', () => {
  const ends: [string, LegState][] = [
    ['AGENT', dialledLegAfter(connected(5), disconnected(30), escalated(31, 'AGENT'))],
    ['SYSTEM', dialledLegAfter(connected(5), disconnected(30), escalated(31, 'SYSTEM'))],
    ['CUSTOMER_HUNG_UP', legAfter(disconnected(1))],
    ['NUMBER_EXPIRED', dialledLegAfter(seen(60, 'EXPIRED'))],
    ['DIAL_FAILED', dialledLegAfter(disconnected(9, { cause: 'BUSY' }))],
    ['TRANSFER_UNAVAILABLE', legAfter(unavailable(5, 'ASAPP_SERVER_ERROR'))],
    ['CONTEXT_UNAVAILABLE', dialledLegAfter(connected(5), callDurationExceeded(3605))],
    ['CANCELLED', legAfter(cancelled(1))],
  ];
  const late: LegEvent[] = [
    assigned(4000),
    unavailable(4000, 'ASAPP_UNREACHABLE'),
    disconnected(4000, { by: 'CUSTOMER' }),
    disconnected(4000, { by: 'GENERATIVE_AGENT', cause: 'BUSY' }),
    escalated(4000, 'AGENT'),
    seen(4000, 'ONGOING'),
    seen(4000, 'EXPIRED'),
    checkFailed(4000),
    checkRequested(4000),
    outOfTime(4000),
    resultUnavailable(4000, 'RESULT_STILL_PENDING'),
    callDurationExceeded(4000),
    cancelled(4000),
  ];

  it.each(ends)('with outcome %s stays as it ended, whatever comes later', (outcome, ended) => {
    expect(ended).toMatchObject({ phase: 'ENDED', end: { outcome } });
    for (const event of late) expect(applyLegEvent(ended, event)).toBe(ended);
    expect(applyLegEvent(ended, connected(4000)).end).toBe(ended.end);
  });
});

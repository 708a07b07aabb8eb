import { applyLegEvent, type LegEvent, type LegState } from '../../src/leg/leg-state';
import {
  askedTooLate,
  at,
  BILLING,
  callDurationExceeded,
  cancelled,
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

test('a connect that comes twice keeps the first time', () => {
  expect(dialledLegAfter(connected(5), connected(8)).connectedAt).toBe(at(5));
});

describe('a lost hangup', () => {
  it.each([
    ['AGENT', BILLING],
    ['SYSTEM', BILLING],
  ] as const)('is found by a look at ASAPP: %s', (transferType, context) => {
    const leg = dialledLegAfter(connected(5), escalated(600, transferType));

    expect(leg.end).toEqual({
      outcome: transferType,
      reason: null,
      detectedBy: 'STATUS_CHECK',
      context,
      endedAt: at(600),
    });
    expect(leg.disconnect).toMatchObject({ by: 'UNKNOWN', at: at(600) });
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
      expect(applyLegEvent(left, numberAssigned(2))).toBe(left);
      expect(left.number).toBeNull();
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
    ['TRANSFER_UNAVAILABLE', legAfter(numberUnavailable(5, 'ASAPP_SERVER_ERROR'))],
    ['CONTEXT_UNAVAILABLE', dialledLegAfter(connected(5), callDurationExceeded(3605))],
    ['CANCELLED', legAfter(cancelled(1))],
  ];
  const late: LegEvent[] = [
    numberAssigned(4000),
    numberUnavailable(4000, 'ASAPP_UNREACHABLE'),
    disconnected(4000, { by: 'CUSTOMER' }),
    disconnected(4000, { by: 'GENERATIVE_AGENT', cause: 'BUSY' }),
    escalated(4000, 'AGENT'),
    seen(4000, 'ONGOING'),
    seen(4000, 'EXPIRED'),
    checkFailed(4000),
    askedTooLate(4000),
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

import { connectReportSchema, disconnectReportSchema } from '../../src/contract/telephony-events';
import { connectIn, disconnectIn, salvaged } from '../../src/conversation/reports';

const AT = '2025-06-19T13:38:40Z';
const whole = { transferId: 'conv-1-a', by: 'CUSTOMER', cause: 'NORMAL', at: AT };

test('a report without mistakes is taken as it is', () => {
  expect(salvaged(disconnectReportSchema, whole)).toEqual(whole);
  expect(salvaged(connectReportSchema, { transferId: 'conv-1-a', at: AT })).toEqual({
    transferId: 'conv-1-a',
    at: AT,
  });
});

test('fields that nobody knows are left out', () => {
  expect(salvaged(disconnectReportSchema, { ...whole, callSid: 'CA1' })).toEqual(whole);
});

test('null counts as absent', () => {
  const { by, cause, at } =
    salvaged(disconnectReportSchema, { transferId: 'conv-1-a', by: null, cause: null, at: null }) ?? {};

  expect([by, cause, at]).toEqual([undefined, undefined, undefined]);
});

describe('a hangup is not lost over a field that does not fit', () => {
  it.each([
    ['by', 'customer', { transferId: 'conv-1-a', cause: 'NORMAL', at: AT }],
    ['by', 7, { transferId: 'conv-1-a', cause: 'NORMAL', at: AT }],
    ['cause', '', { transferId: 'conv-1-a', by: 'CUSTOMER', at: AT }],
    ['cause', { code: 16 }, { transferId: 'conv-1-a', by: 'CUSTOMER', at: AT }],
    ['at', 'yesterday', { transferId: 'conv-1-a', by: 'CUSTOMER', cause: 'NORMAL' }],
    ['at', 1750340320, { transferId: 'conv-1-a', by: 'CUSTOMER', cause: 'NORMAL' }],
  ])('%s: %j', (field, value, expected) => {
    expect(salvaged(disconnectReportSchema, { ...whole, [field]: value })).toEqual(expected);
  });

  it('nor over several at once', () => {
    const report = { transferId: 'conv-1-a', by: 'nobody', cause: {}, at: 'yesterday' };

    expect(salvaged(disconnectReportSchema, report)).toEqual({ transferId: 'conv-1-a' });
  });

  it('nor is a connect', () => {
    expect(salvaged(connectReportSchema, { transferId: 'conv-1-a', at: '13:38' })).toEqual({
      transferId: 'conv-1-a',
    });
  });
});

test.each([
  undefined,
  null,
  'conv-1-a',
  42,
  [],
  ['conv-1-a'],
  {},
  { by: 'CUSTOMER' },
  { transferId: null },
  { transferId: 42, by: 'CUSTOMER' },
  { transferId: '' },
  { transferId: 'conv-1/a' },
])('nothing is left of a payload that names no leg: %j', (payload) => {
  expect(salvaged(disconnectReportSchema, payload)).toBeUndefined();
});

describe('a signal as an event', () => {
  const now = Date.parse('2025-06-19T13:39:00Z');

  it('says what happened to which leg, when, and when it was heard of', () => {
    expect(disconnectIn({ ...whole, answerWithinMs: 1500 }, now)).toEqual({
      type: 'reported',
      what: 'disconnected',
      transferId: 'conv-1-a',
      event: {
        type: 'disconnected',
        by: 'CUSTOMER',
        cause: 'NORMAL',
        at: Date.parse(AT),
        now,
        answerWithinMs: 1500,
      },
      now,
    });
    expect(connectIn({ transferId: 'conv-1-a', at: AT }, now)).toEqual({
      type: 'reported',
      what: 'connected',
      transferId: 'conv-1-a',
      event: { type: 'connected', at: Date.parse(AT), now },
      now,
    });
  });

  it('has its defaults where the phone system says no more than the leg', () => {
    expect(disconnectIn({ transferId: 'conv-1-a' }, now).event).toEqual({
      type: 'disconnected',
      by: 'UNKNOWN',
      cause: 'NORMAL',
      at: now,
      now,
    });
    expect(connectIn({ transferId: 'conv-1-a' }, now).event).toEqual({ type: 'connected', at: now, now });
  });

  it.each([undefined, 'conv-1-a', { by: 'CUSTOMER' }])('of %j is none, and visible', (payload) => {
    for (const read of [connectIn, disconnectIn]) {
      expect(read(payload, now)).toMatchObject({ transferId: null, event: null, now });
    }
  });
});

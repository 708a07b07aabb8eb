import { connectReportSchema, disconnectReportSchema } from '../../src/contract/telephony-events';
import { salvageReport } from '../../src/workflows/salvage-report';

const AT = '2025-06-19T13:38:40Z';
const whole = { transferId: 'conv-1-a', by: 'CUSTOMER', cause: 'NORMAL', at: AT };

test('a report without mistakes is taken as it is', () => {
  expect(salvageReport(disconnectReportSchema, whole)).toEqual(whole);
  expect(salvageReport(connectReportSchema, { transferId: 'conv-1-a', at: AT })).toEqual({
    transferId: 'conv-1-a',
    at: AT,
  });
});

test('fields that nobody knows are left out', () => {
  expect(salvageReport(disconnectReportSchema, { ...whole, callSid: 'CA1' })).toEqual(whole);
});

test('null counts as absent', () => {
  const { by, cause, at } =
    salvageReport(disconnectReportSchema, { transferId: 'conv-1-a', by: null, cause: null, at: null }) ?? {};

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
    expect(salvageReport(disconnectReportSchema, { ...whole, [field]: value })).toEqual(expected);
  });

  it('nor over several at once', () => {
    const report = { transferId: 'conv-1-a', by: 'nobody', cause: 16, at: 'yesterday' };

    expect(salvageReport(disconnectReportSchema, report)).toEqual({ transferId: 'conv-1-a' });
  });

  it('nor is a connect', () => {
    expect(salvageReport(connectReportSchema, { transferId: 'conv-1-a', at: '13:38' })).toEqual({
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
  expect(salvageReport(disconnectReportSchema, payload)).toBeUndefined();
});

import { connectReportSchema, disconnectReportSchema } from '../../src/contract/telephony-events';
import { refusalOf } from '../support/refusals';

const at = '2025-06-19T13:38:40Z';

const idMistakes: [string, unknown, string][] = [
  ['transferId', undefined, 'is missing'],
  ['transferId', null, 'Invalid input: expected string, received null'],
  ['transferId', 7, 'Invalid input: expected string, received number'],
  ['transferId', '', 'must not be empty'],
  ['transferId', 'a/b', 'must not contain "/", white space or control characters'],
  ['transferId', '.', 'must not be "." or ".."'],
];

/** Times that cannot be read. */
const noInstants: unknown[] = [
  'now',
  '',
  '2025-06-19',
  '2025-06-19T13:38:40',
  '2025-13-45T13:38:40Z',
  1750340320000,
  true,
  {},
  [],
];

describe('a report of a disconnect', () => {
  it.each(['GENERATIVE_AGENT', 'CUSTOMER', 'UNKNOWN'])('may name who hung up: %s', (by) => {
    const report = { transferId: 'conv-1-a', by, cause: 'NORMAL', at };

    expect(disconnectReportSchema.parse(report)).toEqual(report);
  });

  it.each([
    'NORMAL',
    'BUSY',
    'NO_ANSWER',
    'REJECTED',
    'FAILED',
    'CANCELLED',
    'SIP_480',
    'the line went dead',
    'x'.repeat(64),
  ])('may give any word as the cause: %s', (cause) => {
    expect(disconnectReportSchema.parse({ transferId: 'conv-1-a', cause })).toEqual({
      transferId: 'conv-1-a',
      cause,
    });
  });

  it.each([{ transferId: 'conv-1-a' }, { transferId: 'conv-1-a', by: null, cause: null, at: null }])(
    'needs no more than the leg: %j',
    (report) => {
      expect(disconnectReportSchema.parse(report)).toEqual({ transferId: 'conv-1-a' });
    },
  );

  it.each<[string, unknown, string]>([
    ...idMistakes,
    ['by', 'customer', 'Invalid option: expected one of "GENERATIVE_AGENT"|"CUSTOMER"|"UNKNOWN"'],
    ['by', 7, 'Invalid option: expected one of "GENERATIVE_AGENT"|"CUSTOMER"|"UNKNOWN"'],
    ['cause', '', 'Too small: expected string to have >=1 characters'],
    ['cause', 'x'.repeat(65), 'Too big: expected string to have <=64 characters'],
    ['cause', true, 'must be a word of at most 64 characters, or a number'],
    ['askId', '', 'Too small: expected string to have >=1 characters'],
    ['askId', 7, 'Invalid input: expected string, received number'],
  ])('is refused, with the name of the field: %s is %j', (field, value, reason) => {
    expect(refusalOf(disconnectReportSchema, { transferId: 'conv-1-a', [field]: value })).toBe(
      `${field}: ${reason}`,
    );
  });

  it.each(noInstants)('is taken without a time that cannot be read: %j', (time) => {
    const report = { transferId: 'conv-1-a', by: 'CUSTOMER', cause: 'BUSY' };

    expect(disconnectReportSchema.parse({ ...report, at: time })).toEqual({ ...report, at: undefined });
  });

  it.each([undefined, null, 'conv-1-a', []])('is refused where it is no object: %j', (payload) => {
    expect(refusalOf(disconnectReportSchema, payload)).toMatch(/^Payload: /);
  });
});

describe('a report of a connect', () => {
  it('names the leg, and the time where it is known', () => {
    expect(connectReportSchema.parse({ transferId: 'conv-1-a', at })).toEqual({ transferId: 'conv-1-a', at });
    expect(connectReportSchema.parse({ transferId: 'conv-1-a', at: null })).toEqual({
      transferId: 'conv-1-a',
    });
  });

  it.each(noInstants)('is taken without a time that cannot be read: %j', (time) => {
    expect(connectReportSchema.parse({ transferId: 'conv-1-a', at: time })).toEqual({
      transferId: 'conv-1-a',
      at: undefined,
    });
  });

  it.each<[string, unknown, string]>(idMistakes)(
    'is refused, with the name of the field: %s is %j',
    (field, value, reason) => {
      expect(refusalOf(connectReportSchema, { transferId: 'conv-1-a', [field]: value })).toBe(
        `${field}: ${reason}`,
      );
    },
  );
});

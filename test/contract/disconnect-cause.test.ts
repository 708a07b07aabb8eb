import fc from 'fast-check';

import { disconnectCauses, readCause } from '../../src/contract/disconnect-cause';
import { disconnectReportSchema } from '../../src/contract/telephony-events';

describe('a cause', () => {
  it.each([
    ['busy', 'BUSY'],
    ['USER_BUSY', 'BUSY'],
    [17, 'BUSY'],
    ['17', 'BUSY'],
    ['486', 'BUSY'],
    [600, 'BUSY'],
    ['NOANSWER', 'NO_ANSWER'],
    ['no-answer', 'NO_ANSWER'],
    ['No Answer', 'NO_ANSWER'],
    [18, 'NO_ANSWER'],
    [19, 'NO_ANSWER'],
    [' 480 ', 'NO_ANSWER'],
    ['CALL_REJECTED', 'REJECTED'],
    ['Decline', 'REJECTED'],
    [21, 'REJECTED'],
    [603, 'REJECTED'],
    ['canceled', 'CANCELLED'],
    ['ORIGINATOR_CANCEL', 'CANCELLED'],
    [487, 'CANCELLED'],
    ['UNALLOCATED_NUMBER', 'FAILED'],
    [1, 'FAILED'],
    [127, 'FAILED'],
    [301, 'FAILED'],
    [404, 'FAILED'],
    [410, 'FAILED'],
    ['488', 'FAILED'],
    [503, 'FAILED'],
    [604, 'FAILED'],
    [16, 'NORMAL'],
    [31, 'NORMAL'],
    [200, 'NORMAL'],
    ['normal_clearing', 'NORMAL'],
  ])('%j is %s', (said, cause) => {
    expect(readCause(said)).toBe(cause);
    expect(disconnectReportSchema.parse({ transferId: 'a', cause: said }).cause).toBe(cause);
  });

  it.each([
    'a_new_word',
    'unspecified',
    '',
    '0',
    '128',
    '199',
    '700',
    '5000',
    '-17',
    '17.5',
    undefined,
    null,
  ])('%j means none of them', (said) => {
    expect(readCause(said)).toBeUndefined();
  });

  it('that nobody knows stays as it was said', () => {
    expect(disconnectReportSchema.parse({ transferId: 'a', cause: 'A new word' }).cause).toBe('A new word');
  });

  it.each([[''], ['x'.repeat(65)], [1.5], [true], [{}]])('%j is refused', (said) => {
    expect(disconnectReportSchema.safeParse({ transferId: 'a', cause: said }).success).toBe(false);
  });

  it('is the same in any case and with any separator', () => {
    const separators = fc.constantFrom('', '_', '-', ' ');
    const spelled = fc.tuple(fc.constantFrom(...disconnectCauses), separators, fc.boolean());
    fc.assert(
      fc.property(spelled, ([cause, separator, isLower]) => {
        const said = cause.replaceAll('_', separator);
        expect(readCause(isLower ? said.toLowerCase() : said)).toBe(cause);
      }),
    );
  });
});

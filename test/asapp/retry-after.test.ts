import { retryAfterMs } from '../../src/asapp/answer';

const now = Date.parse('2025-06-19T13:38:40Z');
const DAY = 24 * 60 * 60 * 1000;

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    ['Thu, 19 Jun 2025 13:38:47 GMT', 7000],
    ['Thu, 19 Jun 2025 13:38:40 GMT', 0],
    ['Thu, 19 Jun 2025 13:00:00 GMT', 0],
    ['999999999999', DAY],
    ['9'.repeat(400), DAY],
    ['Fri, 19 Jun 2099 13:38:47 GMT', DAY],
  ])('of %s is %i ms', (value, milliseconds) => {
    expect(retryAfterMs(value, now)).toBe(milliseconds);
  });

  it.each([
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '2025-06-19',
    'Foo, 99 Bar 2025 13:38:47 GMT',
    'on Thu, 19 Jun 2025 13:38:47 GMT',
    'Thu, 19 Jun 2025 13:38:47 GMT+0100',
  ])('of %p says nothing', (value) => {
    expect(retryAfterMs(value, now)).toBeUndefined();
  });
});

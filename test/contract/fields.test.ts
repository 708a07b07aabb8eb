import { z } from 'zod';

import {
  conversationIdSchema,
  countrySchema,
  instantSchema,
  optional,
  transferIdSchema,
} from '../../src/contract/fields';
import { refusalOf } from '../support/refusals';

const ID_CHARACTERS = 'must not contain "/", white space or control characters';

describe.each([
  ['conversationId', conversationIdSchema],
  ['transferId', transferIdSchema],
])('%s', (name, schema) => {
  const payload = z.object({ [name]: schema });

  it.each([
    'conv-1',
    'a',
    '...',
    '.hidden',
    'a.b',
    'CA1234567890ABCDEF1234567890ABCDEF',
    'sip:a%40b',
    'Gespräch-1',
    'x'.repeat(200),
  ])('may be %s', (id) => {
    expect(schema.parse(id)).toBe(id);
  });

  it.each([
    ['', 'must not be empty'],
    ['x'.repeat(201), 'must have at most 200 characters'],
    ['/', ID_CHARACTERS],
    ['a/b', ID_CHARACTERS],
    ['../a', ID_CHARACTERS],
    ['a b', ID_CHARACTERS],
    ['a\tb', ID_CHARACTERS],
    ['a\nb', ID_CHARACTERS],
    ['a\u0000b', ID_CHARACTERS],
    ['a\u00a0b', ID_CHARACTERS],
    ['a\ud800b', 'must be well-formed Unicode'],
    ['.', 'must not be "." or ".."'],
    ['..', 'must not be "." or ".."'],
    [undefined, 'is missing'],
    [null, 'Invalid input: expected string, received null'],
    [7, 'Invalid input: expected string, received number'],
    [['a'], 'Invalid input: expected string, received array'],
  ])('is refused by name where it is %j', (id, reason) => {
    expect(refusalOf(payload, { [name]: id })).toBe(`${name}: ${reason}`);
  });
});

describe('a country', () => {
  it.each(['US', 'CA', 'GB', 'DE', 'IN', 'BR', 'ZA', 'NZ', 'AX', 'SS'])('may be %s', (code) => {
    expect(countrySchema.parse(code)).toBe(code);
  });

  it.each(['', 'us', 'USA', 'UK', 'EU', 'ZZ', 'AN', 'SU', '+1', 'U', ' US', 'constructor', '__proto__'])(
    'that does not exist is refused: %j',
    (code) => {
      expect(refusalOf(z.object({ country: countrySchema }), { country: code })).toBe(
        'country: must be an ISO 3166-1 alpha-2 country code, such as "US"',
      );
    },
  );

  it.each([
    [undefined, 'is missing'],
    [null, 'must be an ISO 3166-1 alpha-2 country code, such as "US"'],
    [1, 'must be an ISO 3166-1 alpha-2 country code, such as "US"'],
  ])('that is no text is refused: %j', (code, reason) => {
    expect(refusalOf(z.object({ country: countrySchema }), { country: code })).toBe(`country: ${reason}`);
  });
});

describe('an instant', () => {
  it.each([
    ['2025-06-19T13:38:40Z', 1750340320000],
    ['2025-06-19T13:38:40.5Z', 1750340320500],
    ['2025-06-19T15:38:40+02:00', 1750340320000],
    ['2025-06-19T13:38:40.123456789Z', 1750340320123],
  ])('may be %s', (text, time) => {
    expect(Date.parse(instantSchema.parse(text))).toBe(time);
  });

  it.each(['', 'now', '2025-06-19', '2025-06-19T13:38:40', '2025-02-30T00:00:00Z', 1750340320000, null, {}])(
    'without a time zone, or none at all, is refused: %j',
    (value) => {
      expect(refusalOf(z.object({ at: instantSchema }), { at: value })).toBe(
        'at: must be an ISO 8601 instant with a time zone, such as "2025-06-19T13:38:40Z"',
      );
    },
  );
});

test('an instant has a length', () => {
  expect(refusalOf(z.object({ at: instantSchema }), { at: `2025-06-19T13:38:40.${'1'.repeat(64)}Z` })).toBe(
    'at: must have at most 64 characters',
  );
});

test.each([{}, { a: null }, { a: undefined }])('a field that may be missing is absent in %j', (payload) => {
  expect(z.object({ a: optional(z.string()) }).parse(payload).a).toBeUndefined();
});

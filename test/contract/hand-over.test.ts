import fc from 'fast-check';

import { handOverOf, inQuery, variablesToHandOver } from '../../src/contract/hand-over';
import type { Json, Variables } from '../../src/contract/json';
import { routeSchema } from '../../src/contract/route';

const along = (handOver: Json, transferVariables: Variables, referenceVariables: Variables = {}) =>
  handOverOf({ route: { type: 'DIAL', handOver }, transferVariables, referenceVariables });

/** What a receiver makes of a header's value. */
const decoded = (value = '') => decodeURIComponent(value);
const ofUserToUser = (value = ''): unknown =>
  JSON.parse(Buffer.from(value.replace(/;encoding=hex$/, ''), 'hex').toString());

test('a route that names nothing hands nothing over', () => {
  for (const route of [{ type: 'DIAL' }, { handOver: [] }, 'agents', null, ['handOver'], 7]) {
    expect(handOverOf({ route, transferVariables: { a: '1' }, referenceVariables: {} })).toBeUndefined();
  }
});

test('the variables that are named are headers of their own, and User-to-User has all of them', () => {
  expect(along(['account', 'summary'], { account: '3434', summary: 'late bill', secret: 'x' })).toEqual({
    headers: {
      'X-account': '3434',
      'X-summary': 'late bill',
      'User-to-User':
        '7b226163636f756e74223a2233343334222c2273756d6d617279223a226c6174652062696c6c227d;encoding=hex',
    },
    omitted: [],
  });
});

test('a transfer variable comes before a reference variable of the same name; what is not there is not omitted', () => {
  expect(along(['a', 'b', 'c', 'd'], { a: '1' }, { a: '2', b: true, d: null })?.headers).toMatchObject({
    'X-a': '1',
    'X-b': 'true',
  });
  expect(along(['c', 'd', 'toString'], { a: '1' }, { d: null })).toEqual({ headers: {}, omitted: [] });
});

test.each([
  ['line\r\nX-Evil: 1', 'line%0D%0AX-Evil: 1'],
  ['50 %', '50 %25'],
  ['Zoë', 'Zo%C3%AB'],
  [' a ', '%20a%20'],
  ['😀', '%F0%9F%98%80'],
])('%j is %j in a header', (value, expected) => {
  const { headers } = along(['a'], { a: value }) ?? {};
  expect(headers?.['X-a']).toBe(expected);
  expect(decoded(headers?.['X-a'])).toBe(value);
});

test('other JSON than text is JSON in a header', () => {
  expect(along(['a'], { a: { b: [1] } })?.headers['X-a']).toBe('{"b":[1]}');
});

test.each(['two words', 'a:b', 'é', 'a\r\nb'])('a header cannot have the name %j', (name) => {
  expect(along([name, 'ok'], { [name]: '1', ok: '2' })).toMatchObject({ omitted: [name] });
});

test('of two names that are one to SIP the first goes along', () => {
  expect(along(['Account', 'account'], { Account: '1', account: '2' })).toMatchObject({
    headers: { 'X-Account': '1' },
    omitted: ['account'],
  });
});

test('what does not fit is left out whole, and what comes after it may fit', () => {
  expect(along(['a', 'long', 'b'], { a: '1', long: 'x'.repeat(400), b: '2' })).toMatchObject({
    headers: { 'X-a': '1', 'X-b': '2' },
    omitted: ['long'],
  });
});

test('whatever the variables are, headers are visible ASCII of at most 1,024 characters that say what was named', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    fc.constantFrom('a', 'A', 'b', 'c'),
  );
  const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 20 }), fc.dictionary(name, value), (names, variables) => {
      const decision = { route: { handOver: names }, transferVariables: variables, referenceVariables: {} };
      const { headers, omitted } = handOverOf(decision) ?? { headers: {}, omitted: [] };
      const { 'User-to-User': userToUser, ...each } = headers;
      const kept = Object.fromEntries(
        Object.entries(each).map(([key, text]) => [key.slice(2), decoded(text)]),
      );
      expect(inQuery(headers).length).toBeLessThanOrEqual(1024);
      for (const text of Object.entries(headers).flat()) expect(text).toMatch(/^[!-~]?([ -~]*[!-~])?$/);
      const { ...named } = variablesToHandOver(decision);
      expect({ ...kept, ...Object.fromEntries(omitted.map((key) => [key, named[key]])) }).toEqual(named);
      expect(userToUser === undefined ? {} : ofUserToUser(userToUser)).toEqual(kept);
    }),
  );
});

test.each<[Json, string]>([
  ['account', 'must be a list of at most 20 names of variables'],
  [Array.from({ length: 21 }, (_, index) => `${index}`), 'must be a list of at most 20 names of variables'],
  [[''], 'Too small: expected string to have >=1 characters'],
  [['a', 7], 'Invalid input: expected string, received number'],
])('a route with %j as its handOver is refused', (handOver, message) => {
  const { error } = routeSchema.safeParse({ type: 'DIAL', handOver });
  expect(error?.issues[0]).toMatchObject({ message });
  expect(error?.issues[0]?.path[0]).toBe('handOver');
});

test('routes of other kinds have no handOver to check', () => {
  for (const route of [null, 'agents', ['handOver'], { type: 'QUEUE' }, { handOver: ['a'] }])
    expect(routeSchema.safeParse(route).success).toBe(true);
});

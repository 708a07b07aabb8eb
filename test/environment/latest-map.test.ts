import { LatestMap } from '../../src/environment/latest-map';

test('of more entries than it keeps, the oldest is forgotten', () => {
  const latest = new LatestMap<string, number>(2);
  latest.set('a', 1).set('b', 2).set('a', 3);
  expect([...latest]).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
  latest.set('c', 4);
  expect([...latest.keys()]).toEqual(['b', 'c']);
});

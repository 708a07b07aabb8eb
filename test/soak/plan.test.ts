import { planOf, stories } from '../../soak/plan';

const options = { seed: 7, calls: 300, workerKills: 5, serverRestarts: 2, callsPerSecond: 10, workers: 2 };

test('the same seed makes the same plan, another one another', () => {
  expect(planOf(options)).toEqual(planOf(options));
  expect(planOf({ ...options, seed: 8 }).calls).not.toEqual(planOf(options).calls);
});

test('every story is told, and every kind of trouble is made as often as asked', () => {
  const { calls, troubles } = planOf(options);
  expect(new Set(calls.map(({ story }) => story))).toEqual(new Set(Object.keys(stories)));
  const times = (kind: string) => troubles.filter((trouble) => trouble.kind === kind).length;
  expect([times('workerKilled'), times('serverRestarted')]).toEqual([5, 2]);
  expect(times('asappFaults') + times('asappDown')).toBe(25);
  expect(troubles.every(({ afterCalls }) => afterCalls < options.calls)).toBe(true);
});

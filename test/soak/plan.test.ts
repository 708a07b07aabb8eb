import { planOf, stories } from '../../soak/plan';
import { purposes, type PurposeName } from '../../soak/plans';

const optionsOf = (plan: PurposeName) => ({
  purpose: purposes[plan],
  seed: 7,
  calls: 300,
  callsPerSecond: 10,
  workers: 2,
});
const plans = Object.keys(purposes) as PurposeName[];

test('the same seed makes the same plan, another one another', () => {
  const options = optionsOf('everything');
  expect(planOf(options)).toEqual(planOf(options));
  expect(planOf({ ...options, seed: 8 }).calls).not.toEqual(planOf(options).calls);
});

test.each(plans)('%s: every story is told, by clients and through the gateway', (plan) => {
  const { calls } = planOf(optionsOf(plan));
  expect(new Set(calls.map(({ story }) => story))).toEqual(new Set(Object.keys(stories)));
  expect(new Set(calls.map(({ by }) => by))).toEqual(new Set(['client', 'gateway']));
});

test.each(plans)('%s: every kind of trouble is made as often as it says, and at least once', (plan) => {
  const { troubles } = planOf(optionsOf(plan));
  const expected = Object.entries(purposes[plan].perThousandCalls).map(([kind, perThousand]) => [
    kind,
    Math.max(1, Math.round(perThousand * 0.3)),
  ]);
  const times = new Map<string, number>();
  for (const { kind } of troubles) times.set(kind, (times.get(kind) ?? 0) + 1);
  expect(Object.fromEntries(times)).toEqual(Object.fromEntries(expected));
  expect(troubles.every(({ afterCalls }) => afterCalls < 300)).toBe(true);
});

test('of the execution store one write in twenty fails', () => {
  const { ExecutionStore } = purposes.database.persistenceFaults;
  const rates = Object.values(ExecutionStore ?? {}).map((errors) =>
    Object.values(errors).reduce((sum, rate) => sum + rate, 0),
  );
  expect(rates.length).toBeGreaterThan(0);
  for (const rate of rates) expect(rate).toBeCloseTo(0.05);
});

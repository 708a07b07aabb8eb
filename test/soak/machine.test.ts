import { cpus } from 'node:os';

import { Machine } from '../../soak/machine';

/** @param idle - of two processors, in each second, 0 to 1 */
function sampled(idle: readonly number[]): Machine {
  const machine = new Machine(2);
  let idleMs = 500;
  machine.enter({ at: 0, idleMs });
  idle.forEach((share, index) => {
    idleMs += share * 2000;
    machine.enter({ at: (index + 1) * 1000, idleMs });
  });
  return machine;
}

test('a machine that idles keeps up', () => {
  expect(sampled([0.5, 0.5, 0.06, 0.06, 0.06, 0.06, 1]).overloads).toEqual([]);
});

test('a burst of three seconds is none of its business', () => {
  expect(sampled([0.5, 0, 0, 0, 0.5, 0.5]).overloads).toEqual([]);
});

test('a machine that is busy for four seconds does not keep up, from their beginning until calls have recovered', () => {
  expect(sampled([0.5, 0, 0, 0, 0, 0, 0.5]).overloads).toEqual([
    { from: 1000, to: 15_000 },
    { from: 2000, to: 16_000 },
  ]);
});

test('a machine that stood still did not keep up', () => {
  const machine = new Machine(2);
  machine.enter({ at: 0, idleMs: 0 });
  machine.enter({ at: 1000, idleMs: 1000 });
  machine.enter({ at: 9000, idleMs: 1400 });
  expect(machine.overloads).toEqual([{ from: 1000, to: 19_000 }]);
});

test('this machine is looked at each second until it is closed', () => {
  jest.useFakeTimers({ now: 0 });
  const entered = jest.spyOn(Machine.prototype, 'enter');
  const machine = Machine.watch();
  jest.advanceTimersByTime(2500);
  machine.close();
  jest.advanceTimersByTime(2500);
  expect(entered.mock.calls.map(([{ at }]) => at)).toEqual([1000, 2000]);
  expect(entered.mock.calls[0]?.[0].idleMs).toBeGreaterThan(0);
  expect(entered.mock.calls[0]?.[0].idleMs).toBeLessThanOrEqual(
    cpus().reduce((sum, { times }) => sum + times.idle, 0),
  );
});

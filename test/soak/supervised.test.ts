import { Supervised, type Process } from '../../soak/supervised';

/** Processes that are started one after the other. */
class Machine {
  readonly started: { process: Process; die: () => void }[] = [];
  failures = 0;

  readonly start = (): Promise<Process> => {
    if (this.failures-- > 0) return Promise.reject(new Error('Not now'));
    let die = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      die = resolve;
    });
    const kill = (): Promise<void> => {
      die();
      return ended;
    };
    const process = { pid: this.started.length + 1, ended, kill };
    this.started.push({ process, die });
    return Promise.resolve(process);
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a process that ends by itself is started again, and is counted', async () => {
  const machine = new Machine();
  const supervised = new Supervised(machine.start);
  await supervised.start();
  machine.started[0]?.die();
  await settled();
  expect(supervised).toMatchObject({ pid: 2, endedByItself: 1 });
});

test('a crash starts the next process, and is not counted', async () => {
  const machine = new Machine();
  const supervised = new Supervised(machine.start);
  await supervised.start();
  await supervised.crash();
  await settled();
  expect(supervised).toMatchObject({ pid: 2, endedByItself: 0 });
  expect(machine.started).toHaveLength(2);
});

test('a start that fails is tried again, and not for ever', async () => {
  const machine = new Machine();
  machine.failures = 3;
  const supervised = new Supervised(machine.start);
  await supervised.start();
  expect(supervised.pid).toBe(1);
  machine.failures = Infinity;
  await expect(supervised.crash()).rejects.toThrow('Not now');
});

test('once closed nothing is started any more', async () => {
  const machine = new Machine();
  const supervised = new Supervised(machine.start);
  await supervised.start();
  await supervised.close();
  await settled();
  expect(supervised.pid).toBeUndefined();
  expect(machine.started).toHaveLength(1);
});

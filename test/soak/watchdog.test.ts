import { StalledError, Watchdog } from '../../soak/watchdog';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = new Promise<never>(() => undefined);

test('a run in which nothing happens for the limit is stopped', async () => {
  const watched = new Watchdog(60_000).watch(never).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(62_000);
  expect(await watched).toBeInstanceOf(StalledError);
});

test('a run goes on as long as something happens, and is stopped when that ends', async () => {
  const watchdog = new Watchdog(60_000);
  const ended = jest.fn();
  const watched = watchdog.watch(never).catch(ended);
  for (let minute = 0; minute < 10; minute++) {
    await jest.advanceTimersByTimeAsync(59_000);
    watchdog.progress();
  }
  expect(ended).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(62_000);
  await watched;
  expect(ended).toHaveBeenCalledWith(new StalledError('Nothing has happened for 60 s'));
});

test('work that comes to its end is handed on, and nothing is watched any more', async () => {
  await expect(new Watchdog(60_000).watch(Promise.resolve('done'))).resolves.toBe('done');
  expect(jest.getTimerCount()).toBe(0);
});

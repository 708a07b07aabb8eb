import { awaitEnd } from '../../src/activities/await-end';
import type { TransferSnapshot } from '../../src/contract/transfer';

type TransferStatus = TransferSnapshot['status'];

const seen = (status: TransferStatus): TransferSnapshot => ({
  status,
  callReceivedAt: null,
  completedAt: null,
  outputContext: null,
});

/** Looks that see this, one after the other, the last one again and again; and when each was. */
function looks(...statuses: TransferStatus[]) {
  const at: number[] = [];
  const begun = Date.now();
  const look = () => {
    at.push(Date.now() - begun);
    return Promise.resolve(seen(statuses[Math.min(at.length, statuses.length) - 1] ?? 'ONGOING'));
  };
  return { at, look };
}

const never = new AbortController().signal;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('a transfer is looked at after 250 ms, 500 ms, and then each second, until it has ended', async () => {
  const { at, look } = looks('ONGOING', 'ACTIVE', 'ONGOING', 'ONGOING', 'COMPLETED');
  const ended = awaitEnd(look, { paused: true, signal: never });
  await jest.advanceTimersByTimeAsync(10_000);

  expect(await ended).toEqual(seen('COMPLETED'));
  expect(at).toEqual([250, 750, 1750, 2750, 3750]);
});

test('the first look is at once where none came before', async () => {
  const { at, look } = looks('ONGOING', 'EXPIRED');
  const ended = awaitEnd(look, { paused: false, signal: never });
  await jest.advanceTimersByTimeAsync(10_000);

  expect(await ended).toEqual(seen('EXPIRED'));
  expect(at).toEqual([0, 250]);
});

describe('when the time is over', () => {
  it('says that the result is pending, where ASAPP showed no end', async () => {
    const { at, look } = looks('ONGOING');
    const time = new AbortController();
    const ended = awaitEnd(look, { paused: true, signal: time.signal }).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1000);
    time.abort();

    expect(await ended).toMatchObject({
      type: 'ResultPending',
      nonRetryable: true,
      message: 'ASAPP still shows the transfer as ONGOING',
    });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([250, 750]);
  });

  it('does not wait for a look that gets no answer', async () => {
    const time = new AbortController();
    const look = jest.fn(() => new Promise<TransferSnapshot>(() => undefined));
    look.mockResolvedValueOnce(seen('ONGOING'));
    const ended = awaitEnd(look, { paused: false, signal: time.signal }).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(300);
    time.abort();

    expect(await ended).toMatchObject({ type: 'ResultPending' });
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('says no more than that where ASAPP never answered', async () => {
    const time = new AbortController();
    const ended = awaitEnd(() => new Promise(() => undefined), { paused: false, signal: time.signal });
    time.abort();

    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test("ASAPP's errors are passed on as they are", async () => {
  const error = new Error('ASAPP answered 500');

  await expect(awaitEnd(() => Promise.reject(error), { paused: false, signal: never })).rejects.toBe(error);
});

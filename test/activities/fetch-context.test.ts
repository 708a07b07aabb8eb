import { CancelledFailure } from '@temporalio/common';

import { attempt } from '../../src/activities/attempt';
import { fetchContext } from '../../src/activities/fetch-context';
import { AsappError } from '../../src/asapp/error';
import type { CallTransferResource, TransferStatus } from '../../src/asapp/resource';
import { usTransfer } from '../asapp/with-asapp';
import { activityEnvironment, attemptInfo } from '../support/activity-environment';
import { FakeCallTransfers, resource } from '../support/fake-call-transfers';
import { connected, dialledLegAfter, disconnected } from '../support/legs';

/** Pauses by the timers of the tests. */
jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms, value);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new DOMException('The pause was ended', 'AbortError'));
      });
    }),
}));

const leg = dialledLegAfter(connected(5), disconnected(30));
const input = { request: { ...usTransfer, legNumber: 1, taskName: null }, leg, untilEnded: true };
const check = { ...input, untilEnded: false };
const never = () => new AbortController().signal;
const noAnswer = new Promise<never>(() => undefined);

const fetch = (transfer: CallTransferResource | Error) =>
  fetchContext(new FakeCallTransfers().willRead(transfer), check, never());

/** ASAPP's books as they show the transfer, one status after the other; and when each was read. */
function books(...statuses: (TransferStatus | Error | Promise<never>)[]) {
  const readAt: number[] = [];
  const begun = Date.now();
  const asapp = new FakeCallTransfers().willRead(
    ...statuses.map((status) => (typeof status === 'string' ? resource({ status }) : status)),
  );
  const get: FakeCallTransfers['get'] = async (transferId, limits) => {
    readAt.push(Date.now() - begun);
    return await asapp.get(transferId, limits);
  };
  return { readAt, asapp: { create: asapp.create.bind(asapp), get } };
}

const failureOf = (request: Promise<unknown>) =>
  request.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a transfer that is read', () => {
  it('is told with its times and all of its context', async () => {
    const outputContext = {
      transferType: 'AGENT',
      currentTaskName: 'billing',
      referenceVariables: { isVerified: true },
      transferVariables: { accountNumber: '3434' },
    };
    const times = { callReceivedAt: 1750340285000, completedAt: 1750340310000 };

    expect(await fetch(resource({ status: 'COMPLETED', ...times, outputContext }))).toEqual({
      status: 'COMPLETED',
      ...times,
      outputContext,
    });
  });

  it('has an empty context where the fields of one are left out', async () => {
    const outputContext = {
      transferType: undefined,
      currentTaskName: undefined,
      referenceVariables: undefined,
      transferVariables: undefined,
    };

    expect(await fetch(resource({ status: 'COMPLETED', outputContext }))).toMatchObject({
      outputContext: {
        transferType: null,
        currentTaskName: null,
        referenceVariables: {},
        transferVariables: {},
      },
    });
  });

  it.each(['ACTIVE', 'ONGOING', 'COMPLETED', 'EXPIRED'] as const)(
    'in a check is whatever ASAPP shows: %s',
    async (status) => {
      expect(await fetch(resource({ status }))).toEqual({
        status,
        callReceivedAt: null,
        completedAt: null,
        outputContext: null,
      });
    },
  );

  it('is asked for once in a check, by its id', async () => {
    const asapp = new FakeCallTransfers().willRead(resource());
    await fetchContext(asapp, check, never());

    expect(asapp.requests).toEqual(['GET conv-1-a']);
  });

  it.each([check, input])("is never told where it is another conversation's: %j", async (asking) => {
    const transfer = resource({ status: 'COMPLETED', externalConversationId: 'conv-2' });

    await expect(
      fetchContext(new FakeCallTransfers().willRead(transfer), asking, never()),
    ).rejects.toMatchObject({
      type: 'TransferIdConflict',
      nonRetryable: true,
      message: 'transferId: conv-1-a belongs to another conversation',
    });
  });

  it('is told where it does not name its conversation: its id is ours', async () => {
    const transfer = resource({ status: 'COMPLETED', externalConversationId: undefined });

    expect(await fetch(transfer)).toMatchObject({ status: 'COMPLETED' });
  });

  it("fails with ASAPP's own errors as they are", async () => {
    const error = new AsappError('notFound', 'ASAPP answered 404', 404);

    await expect(fetch(error)).rejects.toBe(error);
  });
});

describe('the end of a call that ASAPP’s books do not show yet', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is polled at once, after 250 ms, 500 ms, and then each second', async () => {
    const { readAt, asapp } = books('ONGOING', 'ACTIVE', 'ONGOING', 'ONGOING', 'COMPLETED');
    const ended = fetchContext(asapp, input, never());
    await jest.advanceTimersByTimeAsync(10_000);

    expect(await ended).toMatchObject({ status: 'COMPLETED' });
    expect(readAt).toEqual([0, 250, 750, 1750, 2750]);
  });

  it('may be an expiry', async () => {
    const { readAt, asapp } = books('ACTIVE', 'EXPIRED');
    const ended = fetchContext(asapp, input, never());
    await jest.advanceTimersByTimeAsync(250);

    expect(await ended).toMatchObject({ status: 'EXPIRED' });
    expect(readAt).toHaveLength(2);
  });

  it("ends with an error of ASAPP's, which another attempt follows", async () => {
    const error = new AsappError('serverError', 'ASAPP answered 500', 500);
    const { asapp } = books('ONGOING', error);
    const failure = failureOf(fetchContext(asapp, input, never()));
    await jest.advanceTimersByTimeAsync(250);

    expect(await failure).toBe(error);
  });

  it.each<[string, Parameters<typeof books>]>([
    ['between two polls', ['ONGOING', 'ONGOING', 'ONGOING', 'ONGOING']],
    ['while a poll gets no answer', ['ONGOING', noAnswer]],
  ])('is pending where the time is over %s', async (_, statuses) => {
    const { readAt, asapp } = books(...statuses);
    const limit = new AbortController();
    const failure = failureOf(fetchContext(asapp, input, limit.signal));
    await jest.advanceTimersByTimeAsync(1000);
    limit.abort(new AsappError('unreachable', 'the time is over'));

    expect(await failure).toMatchObject({
      type: 'ResultPending',
      nonRetryable: true,
      message: 'ASAPP still shows the transfer as ONGOING',
    });
    const polls = readAt.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(readAt).toHaveLength(polls);
  });

  it('is no more than the reason of the signal where ASAPP never answered', async () => {
    const limit = new AbortController();
    const reason = new AsappError('unreachable', 'the time is over');
    const failure = failureOf(fetchContext(books(noAnswer).asapp, input, limit.signal));
    limit.abort(reason);

    expect(await failure).toBe(reason);
  });
});

describe('an attempt to fetch the context', () => {
  const fetching = (info: Parameters<typeof attemptInfo>[0]) => {
    const { run, cancel } = activityEnvironment(attemptInfo(info));
    const { readAt, asapp } = books('ONGOING', noAnswer);
    const failure = failureOf(run(() => attempt((signal) => fetchContext(asapp, input, signal))));
    return { readAt, cancel, failure };
  };

  it('ends at its hard limit with what it knows: the result is pending', async () => {
    const { failure } = fetching({ scheduleToCloseTimeoutMs: 400 });

    expect(await failure).toMatchObject({ type: 'ResultPending', nonRetryable: true });
  });

  it.each(['CANCELLED', 'WORKER_SHUTDOWN'] as const)(
    'says nothing of the result where it is cancelled, so that another may go on: %s',
    async (reason) => {
      const { readAt, cancel, failure } = fetching({});
      while (readAt.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      cancel(reason);

      expect(await failure).toBeInstanceOf(CancelledFailure);
    },
  );
});

import { setTimeout as sleep } from 'node:timers/promises';

import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import { attempt } from '../../src/activities/attempt';
import { AsappError, type AsappErrorKind } from '../../src/asapp/error';
import { arrived, usTransfer, withAsapp } from '../asapp/with-asapp';
import { activityEnvironment, attemptInfo, SERVER_NOW } from '../support/activity-environment';
import { eventually } from '../support/calls';

/** Ends with the signal's reason, as every request to ASAPP does. */
const untilEnded = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

/** What an attempt fails with, and after how many milliseconds of this clock. */
async function failureOf(
  info: ReturnType<typeof attemptInfo>,
  run: (signal: AbortSignal) => Promise<unknown>,
) {
  const begun = performance.now();
  const failure = await activityEnvironment(info)
    .run(() => attempt(run))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { failure, tookMs: performance.now() - begun };
}

describe('the hard limit', () => {
  it('ends an attempt by the clock of this worker, with DeadlineExceeded', async () => {
    const { failure, tookMs } = await failureOf(attemptInfo({ scheduleToCloseTimeoutMs: 250 }), untilEnded);

    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'DeadlineExceeded', nonRetryable: true });
    expect(tookMs).toBeGreaterThan(140);
  });

  it.each([
    ['far behind', SERVER_NOW],
    ['far ahead', 4_000_000_000_000],
  ])('is counted from times of the server, whose clock is %s', async (_, serverNow) => {
    const info = attemptInfo({
      attempt: 3,
      scheduledTimestampMs: serverNow,
      currentAttemptScheduledTimestampMs: serverNow + 3750,
      scheduleToCloseTimeoutMs: 4000,
    });
    const { failure, tookMs } = await failureOf(info, untilEnded);

    expect(failure).toMatchObject({ type: 'DeadlineExceeded' });
    expect(tookMs).toBeGreaterThan(140);
    expect(tookMs).toBeLessThan(3000);
  });

  it('that has passed before the attempt began ends it at once', async () => {
    const info = attemptInfo({ currentAttemptScheduledTimestampMs: SERVER_NOW + 9000 });

    expect(await failureOf(info, untilEnded)).toMatchObject({ failure: { type: 'DeadlineExceeded' } });
  });

  it('does not hold an attempt that is done, nor its timers', async () => {
    jest.useFakeTimers();
    try {
      expect(
        await activityEnvironment(attemptInfo()).run(() => attempt(() => Promise.resolve('answer'))),
      ).toBe('answer');
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends the HTTP request, too', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      sandbox.fail({ effect: { kind: 'hangAfter' } });
      let signalled: AbortSignal | undefined;
      const { failure } = await failureOf(attemptInfo({ scheduleToCloseTimeoutMs: 300 }), async (signal) => {
        signalled = signal;
        return await asapp.create(usTransfer, { signal });
      });

      expect(failure).toMatchObject({ type: 'DeadlineExceeded' });
      expect(signalled?.aborted).toBe(true);
      expect(sandbox.requests).toHaveLength(1);
    });
  });
});

describe('an attempt', () => {
  it('tells the server again and again that it is alive, until it is over', async () => {
    const { run, heartbeats } = activityEnvironment(attemptInfo({ heartbeatTimeoutMs: 80 }));
    await run(() =>
      attempt(async () => {
        await eventually(() => Promise.resolve(heartbeats() >= 4));
      }),
    );
    const told = heartbeats();

    await sleep(60);
    expect(heartbeats()).toBe(told);
  });

  it('that is cancelled ends its request, and is no failure of ASAPP', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      sandbox.fail({ effect: { kind: 'hangAfter' } });
      const { run, cancel } = activityEnvironment(attemptInfo());
      const cancelled = run(() => attempt((signal) => asapp.create(usTransfer, { signal }))).catch(
        (error: unknown) => error,
      );
      await arrived(sandbox, 1);
      cancel('CANCELLED');

      expect(await cancelled).toBeInstanceOf(CancelledFailure);
    });
  });

  it('passes other errors on as they are', async () => {
    const error = new Error('a mistake');

    expect((await failureOf(attemptInfo(), () => Promise.reject(error))).failure).toBe(error);
  });
});

describe('a request that fails', () => {
  it.each<[AsappErrorKind, number, string, number | undefined]>([
    ['unreachable', 1, 'AsappUnreachable', 250],
    ['unreachable', 2, 'AsappUnreachable', 500],
    ['serverError', 1, 'AsappServerError', 250],
    ['serverError', 3, 'AsappServerError', 1000],
    ['rateLimited', 1, 'AsappRateLimited', 1000],
    ['rateLimited', 2, 'AsappRateLimited', 2000],
    ['rateLimited', 4, 'AsappRateLimited', undefined],
    ['credentialsRefused', 1, 'AsappCredentialsRefused', undefined],
    ['notFound', 1, 'AsappTransferNotFound', undefined],
    ['requestRefused', 1, 'AsappRequestRefused', undefined],
    ['responseInvalid', 1, 'AsappResponseInvalid', undefined],
  ])('as %s, at attempt %d, is %s, tried again in %p ms', async (kind, attemptNumber, type, delayMs) => {
    const info = attemptInfo({ attempt: attemptNumber });
    const { failure } = await failureOf(info, () => Promise.reject(new AsappError(kind, 'ASAPP answered')));

    expect(failure).toMatchObject({
      type,
      message: 'ASAPP answered',
      nonRetryable: delayMs === undefined,
    });
    expect((failure as ApplicationFailure).nextRetryDelay ?? undefined).toBe(delayMs);
  });

  it('waits as long as ASAPP asks for', async () => {
    const error = new AsappError('rateLimited', 'ASAPP answered 429', 429, 3000);
    const { failure } = await failureOf(attemptInfo(), () => Promise.reject(error));

    expect(failure).toMatchObject({ type: 'AsappRateLimited', nextRetryDelay: 3000 });
  });

  it('with credentials that ASAPP refuses is an error in the log, which names none', async () => {
    const { run, logged } = activityEnvironment(attemptInfo());
    const error = new AsappError('credentialsRefused', 'ASAPP answered 403', 403);

    await expect(run(() => attempt(() => Promise.reject(error)))).rejects.toMatchObject({
      type: 'AsappCredentialsRefused',
      nonRetryable: true,
    });
    expect(logged.filter(({ level }) => level === 'ERROR')).toMatchObject([{ meta: { status: 403 } }]);
  });
});

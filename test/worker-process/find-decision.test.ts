import type { Client } from '@temporalio/client';

import { findDecision } from '../../src/worker-process/find-decision';
import { activityEnvironment, attemptInfo } from '../support/activity-environment';
import { earlierDecision } from '../support/conversations';

/** A server that says this of the last run. */
const serverThat = (describe: () => Promise<unknown>, result?: unknown) =>
  ({
    workflow: { getHandle: () => ({ describe, result: () => Promise.resolve(result) }) },
    // A worker's own connection ends no call at a signal.
    withAbortSignal: (_signal: AbortSignal, call: () => unknown) => call(),
  }) as unknown as Client;

const find = (client: Client, signal = new AbortController().signal) =>
  activityEnvironment(attemptInfo(), { client }).run(() => findDecision('conv-1', 'conv-1-a', signal));

test('the decision is that of the run which had the leg', async () => {
  const ended = () => Promise.resolve({ status: { name: 'COMPLETED' }, runId: 'run-1' });
  const decision = earlierDecision('conv-1-a');

  expect(await find(serverThat(ended, decision))).toEqual(decision);
});

test('where runs cannot be looked at there is none', async () => {
  expect(await find(serverThat(() => Promise.reject(new Error('not allowed'))))).toBeNull();
});

test('the signal of an attempt ends a search that gets no answer', async () => {
  const limit = new AbortController();
  const found = find(
    serverThat(() => new Promise(() => undefined)),
    limit.signal,
  );
  limit.abort();

  expect(await found).toBeNull();
});

import type { Client } from '@temporalio/client';

import type { RoutingDecision } from '../../src/contract/routing-decision';
import { findDecision } from '../../src/worker-process/find-decision';
import { activityEnvironment, attemptInfo } from '../support/activity-environment';
import { earlierDecision } from '../support/conversations';

/** A decision that lists this leg. */
const about = (transferId: string): RoutingDecision => ({
  ...earlierDecision(transferId),
  legs: [
    {
      transferId,
      outcome: 'AGENT',
      requestedAt: '2025-06-19T13:38:00.000Z',
      connectedAt: null,
      disconnectedAt: null,
      detectedBy: 'STATUS_CHECK',
    },
  ],
});

/** A server that lists runs with these results, newest first, once it was asked so many times. */
function server(
  results: unknown[],
  { listedAfter = 0, error }: { listedAfter?: number; error?: Error } = {},
) {
  const queries: string[] = [];
  const read: string[] = [];
  const list = async function* ({ query }: { query: string }) {
    queries.push(query);
    await Promise.resolve();
    if (error !== undefined) throw error;
    if (queries.length > listedAfter) yield* results.map((_, index) => ({ runId: `run-${index}` }));
  };
  const getHandle = (workflowId: string, runId: string) => ({
    result: () => {
      read.push(`${workflowId} ${runId}`);
      return Promise.resolve(results[Number(runId.slice(4))]);
    },
  });
  return {
    queries,
    read,
    client: {
      workflow: { list, getHandle },
      // A worker's own connection ends no call at a signal.
      withAbortSignal: (_signal: AbortSignal, call: () => unknown) => call(),
    } as unknown as Client,
  };
}

const find = (
  { client }: ReturnType<typeof server>,
  conversationId = 'conv-1',
  signal = new AbortController().signal,
) =>
  activityEnvironment(attemptInfo(), { client }).run(() => findDecision(conversationId, 'conv-1-a', signal));

test('the decision of an earlier run about the transfer is found, among those that completed', async () => {
  const asked = server([about('conv-1-b'), 'no decision', about('conv-1-a')]);

  expect(await find(asked)).toEqual(about('conv-1-a'));
  expect(asked.queries).toEqual([
    "WorkflowId = 'call-transfer/conv-1' AND WorkflowType = 'callTransferWorkflow' AND ExecutionStatus = 'Completed'",
  ]);
  expect(asked.read).toEqual([0, 1, 2].map((run) => `call-transfer/conv-1 run-${run}`));
});

test('a quote in the id of a conversation is a part of it', async () => {
  const asked = server([about('conv-1-a')]);
  await find(asked, "o'neill");

  expect(asked.queries[0]).toContain("WorkflowId = 'call-transfer/o''neill' AND");
});

test('a run that has just closed is listed a moment later', async () => {
  const asked = server([about('conv-1-a')], { listedAfter: 2 });

  expect(await find(asked)).toEqual(about('conv-1-a'));
  expect(asked.queries).toHaveLength(3);
});

test('without such a decision there is none, after the time in which it would be listed', async () => {
  const begun = performance.now();

  expect(await find(server([about('conv-1-b')]))).toBeNull();
  expect(performance.now() - begun).toBeGreaterThan(450);
});

test('only the newest five runs are read', async () => {
  const asked = server([...Array.from({ length: 5 }, () => about('conv-1-b')), about('conv-1-a')]);

  expect(await find(asked)).toBeNull();
  expect(new Set(asked.read).size).toBe(5);
});

test('a server that lists no workflows has none', async () => {
  expect(await find(server([], { error: new Error('no visibility store') }))).toBeNull();
});

describe('the signal of an attempt', () => {
  it('ends the search', async () => {
    const limit = new AbortController();
    const asked = server([]);
    const found = find(asked, 'conv-1', limit.signal);
    limit.abort();

    expect(await found).toBeNull();
    const queries = asked.queries.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(asked.queries).toHaveLength(queries);
  });

  it('ends a search that gets no answer', async () => {
    const limit = new AbortController();
    const hanging = server([new Promise(() => undefined)]);
    const found = find(hanging, 'conv-1', limit.signal);
    while (hanging.read.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    limit.abort();

    expect(await found).toBeNull();
  });
});

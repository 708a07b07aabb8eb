import type { Client } from '@temporalio/client';

import { findEndedRun } from '../../src/client/ended-runs';
import type { RoutingDecision } from '../../src/contract/routing-decision';
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

/**
 * A server that lists runs with these results, newest first, once it was asked so many times. The last run is open, or was the
 * one with the result `last`.
 */
function server(
  results: unknown[],
  { listedAfter = 0, error, last }: { listedAfter?: number; error?: Error; last?: unknown } = {},
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
    describe: () =>
      Promise.resolve({ runId: 'run-last', status: { name: last === undefined ? 'RUNNING' : 'COMPLETED' } }),
    result: () => {
      read.push(`${workflowId} ${runId}`);
      return Promise.resolve(runId === 'run-last' ? last : results[Number(runId.slice(4))]);
    },
  });
  return { queries, read, client: { workflow: { list, getHandle } } as unknown as Client };
}

const find = ({ client }: ReturnType<typeof server>, conversationId = 'conv-1') =>
  findEndedRun(client, conversationId, 'conv-1-a');

test('the run that decided about the leg is found, among those that completed', async () => {
  const asked = server([about('conv-1-b'), 'no decision', about('conv-1-a')]);

  expect(await find(asked)).toEqual({ runId: 'run-2', decision: about('conv-1-a') });
  expect(asked.queries).toEqual([
    "WorkflowId = 'call-transfer/conv-1' AND WorkflowType = 'callTransferWorkflow' AND ExecutionStatus = 'Completed'",
  ]);
  expect(asked.read).toEqual([0, 1, 2].map((run) => `call-transfer/conv-1 run-${run}`));
});

test('a last run that has ended needs no list', async () => {
  const asked = server([], { last: about('conv-1-a') });

  expect(await find(asked)).toEqual({ runId: 'run-last', decision: about('conv-1-a') });
  expect(asked.queries).toEqual([]);
});

test('a last run that had not the leg is no other than the rest', async () => {
  const asked = server([about('conv-1-a')], { last: about('conv-1-b') });

  expect(await find(asked)).toMatchObject({ runId: 'run-0' });
});

test('a quote in the id of a conversation is a part of it', async () => {
  const asked = server([about('conv-1-a')]);
  await find(asked, "o'neill");

  expect(asked.queries[0]).toContain("WorkflowId = 'call-transfer/o''neill' AND");
});

test('a run that has just closed is listed a moment later', async () => {
  const asked = server([about('conv-1-a')], { listedAfter: 2 });

  expect(await find(asked)).toMatchObject({ runId: 'run-0' });
  expect(asked.queries).toHaveLength(3);
});

test('without such a run there is none, after the time in which it would be listed', async () => {
  const begun = performance.now();

  expect(await find(server([about('conv-1-b')]))).toBeUndefined();
  expect(performance.now() - begun).toBeGreaterThan(450);
});

test('only the newest five runs are read', async () => {
  const asked = server([...Array.from({ length: 5 }, () => about('conv-1-b')), about('conv-1-a')]);

  expect(await find(asked)).toBeUndefined();
  expect(new Set(asked.read).size).toBe(5);
});

test('a server that lists no workflows has none', async () => {
  expect(await find(server([], { error: new Error('no visibility store') }))).toBeUndefined();
});

test('the signal ends the search', async () => {
  const limit = new AbortController();
  const asked = server([]);
  const found = findEndedRun(asked.client, 'conv-1', 'conv-1-a', limit.signal);
  limit.abort();

  await expect(found).rejects.toMatchObject({ name: 'AbortError' });
  const queries = asked.queries.length;
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(asked.queries).toHaveLength(queries);
});

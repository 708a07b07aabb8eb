import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { getClient } from '@temporalio/activity';

import { CALL_TRANSFER_WORKFLOW, conversationWorkflowId } from '../contract/names';
import { routingDecisionSchema, type RoutingDecision } from '../contract/routing-decision';

import { quoted } from './quoted';

/** Temporal lists a run that has just closed a moment later. */
const LISTED_WITHIN_MS = 500;
const PAUSE_MS = 100;
/** Newest first: whoever repeats a request means a recent call. */
const MOST_RUNS = 5;

/**
 * The decision of an earlier run of a conversation about a transfer: a request that is repeated after it, without an
 * update id that Temporal would know, opened another run.
 *
 * @returns `null` if there is none, if the server lists no workflows, or if the signal comes first
 */
export async function findDecision(
  conversationId: string,
  transferId: string,
  signal: AbortSignal,
): Promise<RoutingDecision | null> {
  const search = async () => {
    const giveUpAt = performance.now() + LISTED_WITHIN_MS;
    for (;;) {
      const decision = await decisionAmong(conversationWorkflowId(conversationId), transferId);
      if (decision !== null || performance.now() >= giveUpAt) return decision;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  };
  // A worker's own connection ends no call at a signal.
  return await Promise.race([search().catch(() => null), once(signal, 'abort').then(() => null)]);
}

async function decisionAmong(workflowId: string, transferId: string): Promise<RoutingDecision | null> {
  const { workflow } = getClient();
  const query = `WorkflowId = ${quoted(workflowId)} AND WorkflowType = '${CALL_TRANSFER_WORKFLOW}' AND ExecutionStatus = 'Completed'`;
  let runs = 0;
  for await (const { runId } of workflow.list({ query })) {
    const result: unknown = await workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    const { data: decision } = routingDecisionSchema.safeParse(result);
    if (decision?.legs.some((leg) => leg.transferId === transferId)) return decision;
    if (++runs >= MOST_RUNS) return null;
  }
  return null;
}

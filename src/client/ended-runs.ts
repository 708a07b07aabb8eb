import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { CALL_TRANSFER_WORKFLOW, conversationWorkflowId } from '../contract/names';
import { routingDecisionSchema, type RoutingDecision } from '../contract/routing-decision';

import { quoted } from './quoted';

/** Temporal lists a run that has just closed a moment later. */
const LISTED_WITHIN_MS = 500;
const PAUSE_MS = 100;
/** Newest first: whoever repeats something means a recent call. */
const MOST_RUNS = 5;

/** A run of a conversation that came to its decision. */
export interface EndedRun {
  runId: string;
  decision: RoutingDecision;
}

/**
 * The run of a conversation that has ended and had this leg. A conversation that goes on after its reconnect window does so in
 * another run, which knows nothing of the legs before.
 *
 * @returns `undefined` if there is none, or if the server lists no workflows and it is not the last
 * @throws WorkflowNotFoundError if the conversation never was
 * @throws WorkflowFailedError if its last run ended without a decision
 */
export async function findEndedRun(
  { workflow }: Pick<Client, 'workflow'>,
  conversationId: string,
  transferId: string | undefined,
  signal?: AbortSignal,
): Promise<EndedRun | undefined> {
  const workflowId = conversationWorkflowId(conversationId);
  const read = async (runId: string): Promise<EndedRun | undefined> => {
    const result: unknown = await workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    const { data: decision } = routingDecisionSchema.safeParse(result);
    const isAbout = decision && [decision, ...decision.legs].some((leg) => leg.transferId === transferId);
    return isAbout ? { runId, decision } : undefined;
  };
  const amongListed = async (): Promise<EndedRun | undefined> => {
    const query = `WorkflowId = ${quoted(workflowId)} AND WorkflowType = '${CALL_TRANSFER_WORKFLOW}' AND ExecutionStatus = 'Completed'`;
    let runs = 0;
    for await (const { runId } of workflow.list({ query })) {
      const run = await read(runId);
      if (run !== undefined || ++runs >= MOST_RUNS) return run;
    }
    return undefined;
  };

  const last = await workflow.getHandle(workflowId).describe();
  const found = last.status.name === 'RUNNING' ? undefined : await read(last.runId);
  if (found !== undefined) return found;
  const giveUpAt = performance.now() + LISTED_WITHIN_MS;
  for (;;) {
    const run = await amongListed().catch(() => undefined);
    if (run !== undefined || performance.now() >= giveUpAt) return run;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Replays what a soak has left in Temporal: an upgrade of the workers would do the same to every call in flight. */
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

import { CALL_TRANSFER_WORKFLOW, CallTransferPlugin, RECONNECTION_LEG_WORKFLOW } from '../src/index';

/** A replay asks nobody for anything. */
const nowhere = { apiUrl: 'http://localhost:1', apiId: 'none', apiSecret: 'none' };

export interface Replayed {
  /** Every run of every conversation, and of every later leg. */
  histories: number;
  /** One line for each history that the code as it is does not replay. */
  failures: string[];
}

export async function replayAll(temporal: Client): Promise<Replayed> {
  const query = `WorkflowType IN ('${CALL_TRANSFER_WORKFLOW}', '${RECONNECTION_LEG_WORKFLOW}')`;
  const histories = temporal.workflow.list({ query }).intoHistories();
  const plugin = new CallTransferPlugin({ asapp: nowhere });
  const replayed: Replayed = { histories: 0, failures: [] };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(
    { plugins: [plugin] },
    histories,
  )) {
    replayed.histories++;
    if (error !== undefined) {
      replayed.failures.push(`${workflowId}, run ${runId}: not replayed, ${error.name}: ${error.message}`);
    }
  }
  return replayed;
}

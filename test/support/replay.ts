import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

import { CallTransferPlugin } from '../../src/index';

import { workflowBundle } from './workflow-bundle';

/** Replays a run's history against today's workflows; throws where they would have done otherwise. */
export async function replay(client: Client, workflowId: string, runId?: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const asapp = { apiUrl: 'http://127.0.0.1:1', apiId: 'id', apiSecret: 'secret' };
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), plugins: [new CallTransferPlugin({ asapp })] },
    history,
    workflowId,
  );
}

import { readFile } from 'node:fs/promises';

import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

import { AccountConnection } from './account-connection';
import { ASAPP_ACCOUNT_WORKFLOW, accountWorkflowId } from './messages';

/** One workflow and its looks at open calls need no more. */
const FEW = 10;

/**
 * Runs the body with a worker that serves the account's ledger, beside the worker of the calls and on a task queue of
 * its own: calls that wait for the ledger must not be in its way, and workers of several task queues may share it.
 */
export async function withAccountWorker(
  { options: { connection: theirs, namespace, workflowBundle } }: Worker,
  account: string,
  body: (account: AccountConnection) => Promise<void>,
): Promise<void> {
  const connection = theirs ?? (await NativeConnection.connect());
  try {
    const ledger = new AccountConnection(connection, namespace, account);
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: accountWorkflowId(account),
      ...(await workflowsIn(workflowBundle)),
      activities: ledger.activities,
      maxCachedWorkflows: FEW,
      maxConcurrentWorkflowTaskExecutions: FEW,
      maxConcurrentActivityTaskExecutions: FEW,
    });
    await worker.runUntil(() => body(ledger));
  } finally {
    if (theirs === undefined) await connection.close();
  }
}

/** A bundle that was made beforehand serves the ledger, too, unless somebody left its workflow out. */
async function workflowsIn(
  bundle: WorkerOptions['workflowBundle'],
): Promise<Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>> {
  if (bundle !== undefined) {
    const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
    if (code.includes(ASAPP_ACCOUNT_WORKFLOW)) return { workflowBundle: { code } };
  }
  return { workflowsPath: require.resolve('./workflow') };
}

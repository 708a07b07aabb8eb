import {
  Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  type ConnectionLike,
} from '@temporalio/client';
import type { Worker } from '@temporalio/worker';

import { withWorkerBeside } from '../bundling/worker-beside';
import { WORKFLOW_TASK_TIMEOUT_MS } from '../contract/names';

import type { AccountAnswer, AccountAsk } from './ledger';
import {
  ASAPP_ACCOUNT_WORKFLOW,
  accountWorkflowId,
  askAccountUpdate,
  type AccountActivities,
} from './messages';

/** No caller waits longer for a ledger than this. */
const ASK_LIMIT_MS = 1500;
/** A ledger that cannot answer, such as while its run continues as new, is asked again after this. */
const AGAIN_MS = 20;
/** One workflow and its looks at open calls need no more of a worker. */
const FEW = 10;

/** A worker's connection to the workflow that keeps its account's ledger. That holds ids alone, so nothing of it is encrypted. */
export class AccountConnection {
  private readonly client: Client;
  private readonly workflowId: string;

  /** @param account - which workers share it; also the id of its workflow and of its task queue */
  constructor(connection: ConnectionLike, namespace: string, account: string) {
    this.client = new Client({ connection, namespace });
    this.workflowId = accountWorkflowId(account);
  }

  /** Asks the ledger, which begins with the first ask. */
  async ask(ask: AccountAsk): Promise<AccountAnswer> {
    const giveUpAt = Date.now() + ASK_LIMIT_MS;
    return await this.client.withDeadline(giveUpAt, async () => {
      for (;;) {
        try {
          return await this.askOnce(ask);
        } catch (error) {
          if (Date.now() + AGAIN_MS >= giveUpAt) throw error;
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    });
  }

  /** The activities of the account's workflow. */
  readonly activities: AccountActivities = {
    callTransferFindEndedCalls: async (calls) => {
      const ended: string[] = [];
      for (const { transferId, workflowId } of calls) {
        if (!(await this.isRunning(workflowId))) ended.push(transferId);
      }
      return ended;
    },
  };

  private async askOnce(ask: AccountAsk): Promise<AccountAnswer> {
    const { workflowId } = this;
    try {
      return await this.client.workflow
        .getHandle(workflowId)
        .executeUpdate(askAccountUpdate, { args: [ask] });
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return await this.client.workflow.executeUpdateWithStart(askAccountUpdate, {
        args: [ask],
        startWorkflowOperation: new WithStartWorkflowOperation(ASAPP_ACCOUNT_WORKFLOW, {
          workflowId,
          taskQueue: workflowId,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
          staticSummary: 'What an account at ASAPP has open and has used',
        }),
      });
    }
  }

  private async isRunning(workflowId: string): Promise<boolean> {
    try {
      const { status } = await this.client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}

/**
 * Runs the body with a worker that serves the account's ledger, beside the worker of the calls and on a task queue of
 * its own: calls that wait for the ledger must not be in its way, and workers of several task queues may share it.
 */
export async function withAccountWorker(
  worker: Worker,
  account: string,
  body: (account: AccountConnection) => Promise<void>,
): Promise<void> {
  const beside = {
    taskQueue: accountWorkflowId(account),
    workflow: { type: ASAPP_ACCOUNT_WORKFLOW, path: require.resolve('./workflow') },
    concurrency: FEW,
    sharesDataConverter: false,
  };
  await withWorkerBeside(worker, beside, (connection) => {
    const ledger = new AccountConnection(connection, worker.options.namespace, account);
    return { activities: ledger.activities, body: () => body(ledger) };
  });
}

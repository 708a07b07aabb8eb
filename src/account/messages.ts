import { defineQuery, defineUpdate } from '@temporalio/workflow';

import type { AccountAnswer, AccountAsk, CallAsk } from './ledger';

/** Workflow type of an account's ledger. */
export const ASAPP_ACCOUNT_WORKFLOW = 'asappAccountWorkflow';

/** The workflow id of an account's ledger, and the task queue on which it runs, beside that of the calls. */
export const accountWorkflowId = (account: string): string => `call-transfer-account/${account}`;

/** A worker's ask, for all its calls. */
export const askAccountUpdate = defineUpdate<AccountAnswer, [ask: AccountAsk]>('askAccount');

/** An account as an operator sees it: `temporal workflow query --type account --workflow-id call-transfer-account/default` */
export const accountQuery = defineQuery<{ openCalls: number; requestsToday: number }>('account');

/** What the account's workflow asks of its worker. */
export interface AccountActivities {
  /** Of these calls, the transfers whose workflow has ended. */
  callTransferFindEndedCalls(calls: CallAsk[]): Promise<string[]>;
}

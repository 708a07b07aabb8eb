import { proxyActivities } from '@temporalio/workflow';

import type * as activities from './activities';

const { lookUpCustomer } = proxyActivities<typeof activities>({ startToCloseTimeout: '5 seconds' });

/** A workflow that has nothing to do with calls. */
export async function customerWorkflow(accountNumber: string): Promise<string> {
  return await lookUpCustomer(accountNumber);
}

/** A user's own workflow, which has nothing to do with calls. */
import { proxyActivities } from '@temporalio/workflow';

import type { usersActivities } from './users-activities';

const { lookUp } = proxyActivities<typeof usersActivities>({ startToCloseTimeout: '5 seconds' });

/** Asks a user's own activity. */
export async function usersWorkflow(account: string): Promise<string> {
  return await lookUp(account);
}

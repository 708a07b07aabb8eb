/** The ledger of an account, while hours pass. */
import { join } from 'node:path';

import { Worker } from '@temporalio/worker';

import {
  accountQuery,
  accountWorkflowId,
  askAccountUpdate,
  type AccountActivities,
} from '../../src/account/messages';
import { asappAccountWorkflow } from '../../src/account/workflow';
import { projectRoot } from '../support/run-folder';
import { uniqueId } from '../support/unique-id';
import { withTimeSkipping } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

test('a call that ended unheard gives its place back after minutes; an idle ledger ends after its day', async () => {
  await withTimeSkipping(async (env) => {
    const workflowId = accountWorkflowId(uniqueId('account'));
    const looks: string[][] = [];
    const activities: AccountActivities = {
      callTransferFindEndedCalls: (calls) => {
        looks.push(calls.map(({ transferId }) => transferId));
        if (looks.length === 1) return Promise.reject(new Error('The server did not answer'));
        return Promise.resolve(['lost']);
      },
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: workflowId,
      workflowBundle: await workflowBundle(join(projectRoot, 'src', 'account', 'workflow.ts')),
      activities,
    });
    await worker.runUntil(async () => {
      const handle = await env.client.workflow.start(asappAccountWorkflow, {
        workflowId,
        taskQueue: workflowId,
      });
      const ask = {
        ceilings: { concurrentCalls: 2, requestsPerSecond: null, requestsPerDay: null },
        ended: [],
        requests: 0,
        sendWithinMs: 100,
      };
      const call = (transferId: string) => ({ transferId, workflowId: `call-transfer/${transferId}` });
      const begin = async (...ids: string[]) =>
        (await handle.executeUpdate(askAccountUpdate, { args: [{ ...ask, calls: ids.map(call) }] })).calls;

      expect(await begin('lost', 'long', 'third')).toEqual(['granted', 'granted', 'tooManyCalls']);
      await env.sleep('12 minutes');
      expect(looks.slice(0, 2)).toEqual([
        ['lost', 'long'],
        ['lost', 'long'],
      ]);
      expect(await handle.query(accountQuery)).toEqual({ openCalls: 1, requestsToday: 2 });
      expect(await begin('fourth', 'fifth')).toEqual(['granted', 'tooManyCalls']);

      await handle.executeUpdate(askAccountUpdate, {
        args: [{ ...ask, calls: [], ended: ['long', 'fourth'] }],
      });
      const begun = await env.currentTimeMs();
      await handle.result();
      expect((await env.currentTimeMs()) - begun).toBeLessThan(24.2 * 3600_000);
    });
  });
});

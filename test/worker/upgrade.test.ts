/** A new version of the worker beside the old one, while calls are open. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';

import { CallTransferClient } from '../../src/index';
import { connected, decisionIn, eventually, workflowOf, type TestCall } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { withWorkerProcesses } from '../support/worker-process';

import { workerEnvironment } from './with-survivors';

/** A thousand take a minute or two: `UPGRADE_CALLS=1000 npx jest test/worker/upgrade`. */
const CALLS = Number(process.env['UPGRADE_CALLS'] ?? 20);
const GROUP = 10;
const LIMIT_MS = 300_000;

/** Sends new conversations to this version, as `temporal worker deployment set-current-version` does. */
async function makeCurrent(
  env: TestWorkflowEnvironment,
  deploymentName: string,
  buildId: string,
): Promise<void> {
  await eventually(() =>
    env.connection.workflowService
      .setWorkerDeploymentCurrentVersion({ namespace: 'default', deploymentName, buildId })
      // The server hears of a version a moment after its worker's first poll.
      .then(() => true)
      .catch(() => false),
  );
}

/** As many at a time as callers may really come at once. */
async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < items.length; from += GROUP) {
    done.push(...(await Promise.all(items.slice(from, from + GROUP).map(work))));
  }
  return done;
}

async function buildOf(
  env: TestWorkflowEnvironment,
  conversationId: string,
): Promise<string | null | undefined> {
  const { raw } = await workflowOf(env, conversationId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
}

test(
  'calls that are open end on their version, reconnections included, while new ones begin on the new',
  async () => {
    await withRealServer({}, (env, server) =>
      withSandbox({ poolSize: 10 * CALLS }, async (sandbox) => {
        const taskQueue = uniqueId('upgrade');
        const deployment = uniqueId('call-transfer');
        await withWorkerProcesses(
          { ...workerEnvironment(server, sandbox, taskQueue), ...unhurried.environment },
          async (startWorker) => {
            const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
            const underTest = { client, sandbox };
            const open = async () =>
              await inGroups(Array.from({ length: CALLS }), () => connected(underTest));
            const end = async ({ conversationId, transferId }: TestCall) => {
              sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
              const step = await client.reportDisconnect(conversationId, {
                transferId,
                by: 'GENERATIVE_AGENT',
              });
              expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
            };
            const builds = async (calls: TestCall[]) =>
              await inGroups(calls, ({ conversationId }) => buildOf(env, conversationId));
            const version = (buildId: string) => ({
              TEMPORAL_DEPLOYMENT_NAME: deployment,
              TEMPORAL_WORKER_BUILD_ID: buildId,
            });

            const first = await startWorker(version('one'));
            await makeCurrent(env, deployment, 'one');
            const old = await open();
            await startWorker(version('two'));
            await makeCurrent(env, deployment, 'two');
            const fresh = await eventually(async () => {
              const calls = await open();
              return (await builds(calls)).every((build) => build === 'two') && calls;
            });

            const [hungUpCall, ...others] = old;
            if (hungUpCall === undefined) throw new Error('There is a call');
            const { conversationId } = hungUpCall;
            sandbox.exchange.callerHangsUp(hungUpCall.transferId);
            await client.reportDisconnect(conversationId, {
              transferId: hungUpCall.transferId,
              by: 'CUSTOMER',
            });
            const again = await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
            await inGroups([...others, again, ...fresh], end);
            expect(await builds(old)).toEqual(old.map(() => 'one'));
            for (const call of [...others, again]) {
              expect((await client.result(call.conversationId)).outcome).toBe('AGENT');
            }

            // The old version has no open call any more: its workers may go.
            await first.terminate();
            const last = await connected(underTest);
            await end(last);
            expect(await buildOf(env, last.conversationId)).toBe('two');
          },
        );
      }),
    );
  },
  LIMIT_MS,
);

/** A call among workers and servers that end: what the tests of survival have in common. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

import { asappEnvironment } from '../../dev/demo/asapp-environment';
import type { TemporalServer } from '../../dev/temporal-server';
import {
  CallTransferClient,
  conversationWorkflowId,
  type CallTransferClientOptions,
  type RoutingDecision,
} from '../../src/index';
import type { Sandbox } from '../../src/sandbox';
import { eventually } from '../support/calls';
import { forFile } from '../support/for-file';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withOwnServer, withRealServer, type SharedServer } from '../support/with-temporal';
import { withWorkerProcesses, type WorkerProcess } from '../support/worker-process';

export interface WithWorkers {
  env: TestWorkflowEnvironment;
  client: CallTransferClient;
  sandbox: Sandbox;
  startWorker: (more?: Record<string, string>) => Promise<WorkerProcess>;
}

/** Limits for the workers and for the client; default: those that a deployment has by itself. */
interface Limits {
  environment?: Record<string, string>;
  client?: CallTransferClientOptions;
}

interface Survivors extends WithWorkers {
  server: TemporalServer;
}

/** Workers that outlive a test: the next one of the file goes on with those that are left. */
interface KeptWorkers {
  /** Starts what is missing, ends what is too much, and answers those that run. */
  running: (count: number) => Promise<WorkerProcess[]>;
}

/** Runs the body with a server of its own that keeps a file, a stand-in for ASAPP, and a way to start workers. */
async function withSurvivors(
  body: (survivors: Survivors) => Promise<void>,
  limits: Limits = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'survival-'));
  const dbFilename = join(folder, 'server.db');
  try {
    await withOwnServer({ dbFilename }, (env, server) =>
      withWorkersOf({ env, server }, (underTest) => body({ ...underTest, server }), limits),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same on the server that tests share, which nobody ends. */
export async function withWorkers<T>(
  body: (underTest: WithWorkers) => Promise<T>,
  limits: Limits = {},
): Promise<T> {
  return await withRealServer({}, (env, server) => withWorkersOf({ env, server }, body, limits));
}

async function withWorkersOf<T>(
  { env, server }: { env: TestWorkflowEnvironment; server: SharedServer },
  body: (underTest: WithWorkers) => Promise<T>,
  limits: Limits,
): Promise<T> {
  const taskQueue = uniqueId('workers');
  return await withSandbox({}, (sandbox) =>
    withWorkerProcesses(
      { ...workerEnvironment(server, sandbox, taskQueue), ...limits.environment },
      (startWorker) => {
        const client = new CallTransferClient(env.client, { taskQueue, ...limits.client });
        return body({ env, sandbox, startWorker, client });
      },
    ),
  );
}

/** {@link withWorkers} for all tests of a file. To be called outside of tests. */
export const workersForFile = (limits?: Limits): (() => WithWorkers & KeptWorkers) =>
  keptForFile((body) => withWorkers(body, limits));

/** The same on a server of the file's own, which its tests may end and restart. */
export const survivorsForFile = (limits?: Limits): (() => Survivors & KeptWorkers) =>
  keptForFile((body) => withSurvivors(body, limits));

function keptForFile<Given extends WithWorkers>(
  withIt: (body: (given: Given) => Promise<void>) => Promise<void>,
): () => Given & KeptWorkers {
  const underTest = forFile<Given & KeptWorkers>((body) =>
    withIt((given) => body({ ...given, running: keeping(given.startWorker) })),
  );
  afterEach(() => {
    underTest().sandbox.heal();
  });
  return underTest;
}

function keeping(startWorker: WithWorkers['startWorker']): KeptWorkers['running'] {
  let kept: WorkerProcess[] = [];
  return async (count) => {
    kept = kept.filter(({ hasEnded }) => !hasEnded);
    await Promise.all(kept.splice(count).map((worker) => worker.terminate()));
    const missing = Array.from({ length: count - kept.length }, () => startWorker());
    kept.push(...(await Promise.all(missing)));
    return [...kept];
  };
}

/** What a worker needs to know. */
export function workerEnvironment(
  server: SharedServer,
  { asapp }: Sandbox,
  taskQueue: string,
): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: server.address,
    ...asappEnvironment(asapp),
    CALL_TRANSFER_TASK_QUEUE: taskQueue,
  };
}

/**
 * The conversation ends, once: one run, one decision for each leg, and one number for each transfer id,
 * which is none but those that were asked for.
 */
export async function expectOneEnd(
  { env, client, sandbox }: Pick<WithWorkers, 'env' | 'client' | 'sandbox'>,
  conversationId: string,
  transferIds: string[],
): Promise<RoutingDecision> {
  const decision = await client.result(conversationId);
  expect(decision.legs.map(({ transferId }) => transferId)).toEqual(transferIds);
  expect(sandbox.exchange.conversation(conversationId).map(({ id }) => id)).toEqual(transferIds);
  for (const id of transferIds) {
    const created = sandbox.requests.filter(
      ({ method, transferId, status }) => method === 'POST' && transferId === id && status === 200,
    );
    expect(created).toHaveLength(1);
  }
  expect(await runsOf(env.client, conversationId)).toEqual(['COMPLETED']);
  return decision;
}

/** How each run of a conversation stands, once the list of workflows has caught up. */
async function runsOf(client: Client, conversationId: string): Promise<string[]> {
  const query = `WorkflowId = '${conversationWorkflowId(conversationId)}'`;
  return await eventually(async () => {
    const runs: string[] = [];
    for await (const { status } of client.workflow.list({ query })) runs.push(status.name);
    return runs.length > 0 && !runs.includes('RUNNING') && runs;
  });
}

/** Of these workers the one that works on the workflow: it has its activity or, without one, its workflow task. */
export async function workerOn(
  client: Client,
  workflowId: string,
  workers: WorkerProcess[],
): Promise<WorkerProcess> {
  return await eventually(async () => {
    const handle = client.workflow.getHandle(workflowId);
    const { raw } = await handle.describe();
    const activity = raw.pendingActivities?.find(({ lastWorkerIdentity }) => lastWorkerIdentity);
    const tasks = (await handle.fetchHistory()).events?.map(
      (event) => event.workflowTaskStartedEventAttributes,
    );
    const identity = activity?.lastWorkerIdentity ?? tasks?.findLast((task) => task)?.identity;
    return workers.find((worker) => worker.identity === identity);
  });
}

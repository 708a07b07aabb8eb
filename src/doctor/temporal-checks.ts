import type { Connection, WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import { pollersOf } from '../client/task-queue';
import { checkSearchAttributes } from '../worker-process/search-attributes';

import { Check } from './finding';

const { TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;

/** What the doctor looks at. */
export interface Place {
  connection: Connection;
  namespace: string;
  taskQueue: string;
}

/** On Temporal Cloud nobody can set what a server's operator can. */
export const isCloud = (address: string): boolean => /\.tmprl\.cloud(:\d+)?$/.test(address);

/** What the server says of a request that failed. */
export const whyOf = (error: unknown): string =>
  (error as { details?: string }).details ?? (error as Error).message;

/** Takes workflows of the doctor's out of the lists again, if it may: nobody looks for them. */
export async function forget(
  { connection, namespace }: Place,
  handles: readonly WorkflowHandle[],
): Promise<void> {
  const executions = handles.map(({ workflowId }) => ({ namespace, workflowExecution: { workflowId } }));
  await Promise.allSettled(
    executions.map((each) => connection.workflowService.deleteWorkflowExecution(each)),
  );
}

/** Whether the namespace is there, and what the server says of itself. */
export async function checkNamespace({ connection, namespace }: Place): Promise<Check> {
  const check = new Check('namespace');
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    return check.problem(
      `${namespace}: ${whyOf(error)}`,
      'TEMPORAL_NAMESPACE: check the name, or create it: temporal operator namespace create',
    );
  }
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return check.ok(`${namespace}, on server ${serverVersion}`);
}

/** Who polls the task queue, and with which build. */
export async function checkPollers({ connection, namespace, taskQueue }: Place): Promise<Check> {
  const check = new Check('task queue');
  const [workflows, activities] = await Promise.all([
    pollersOf(connection, namespace, taskQueue),
    pollersOf(connection, namespace, taskQueue, TASK_QUEUE_TYPE_ACTIVITY),
  ]);
  if (workflows.length === 0 || activities.length === 0) {
    const what = workflows.length > 0 ? 'activities of' : activities.length > 0 ? 'workflows of' : '';
    return check.problem(
      `no worker polls ${what === '' ? '' : `${what} `}${taskQueue}: every call falls back`,
      'Start a worker, or check CALL_TRANSFER_TASK_QUEUE: worker, clients and gateway need the same name',
    );
  }
  const builds = workflows.map(({ identity, deploymentOptions }) => {
    const build = deploymentOptions?.buildId;
    return build ? `${identity ?? ''} (build ${build})` : (identity ?? '');
  });
  return check.ok(`${taskQueue} is polled by ${[...new Set(builds)].join(', ')}`);
}

/** Whether calls can be listed by what became of them. */
export async function checkAttributes({ connection, namespace }: Place): Promise<Check> {
  const check = new Check('search attributes');
  const { missing, wrong } = await checkSearchAttributes(connection, namespace);
  const register = 'npx call-transfer-search-attributes registers them';
  if (missing.length > 0) {
    check.warning(`${missing.join(', ')}: not registered, so calls cannot be listed by them`, register);
  }
  for (const problem of wrong) {
    check.warning(problem, `temporal operator search-attribute remove it, then ${register}`);
  }
  return missing.length + wrong.length === 0 ? check.ok('all are registered') : check;
}

/** How many partitions the task queue has. */
export async function checkPartitions({ connection, namespace, taskQueue }: Place): Promise<Check> {
  const check = new Check('partitions');
  const { workflowTaskQueuePartitions: partitions } =
    await connection.workflowService.listTaskQueuePartitions({ namespace, taskQueue: { name: taskQueue } });
  if (partitions.length <= 1) return check.ok('the task queue has one partition');
  return check.warning(
    `the task queue has ${partitions.length} partitions: a few workers do not serve them alike, and some callers wait longer`,
    'matching.numTaskqueueReadPartitions, matching.numTaskqueueWritePartitions: 1 for this task queue (docs/operations.md)',
  );
}

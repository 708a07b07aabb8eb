import { readFile } from 'node:fs/promises';

import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

import { workflowCodeLimit } from './workflow-code-limit';

export interface BesideOptions {
  taskQueue: string;
  /** The workflow that it runs, and the file to bundle it from if the other worker's bundle has it not. */
  workflow: { type: string; path: string };
  /** How much it does at a time. */
  concurrency: number;
  /** Whether its payloads are as the other worker's: encrypted, if those are. */
  sharesDataConverter: boolean;
}

/**
 * Runs a body with a small worker beside another one, on a task queue of its own, so that neither is in the other's way.
 *
 * @param over - what is done over the connection that both have
 */
export async function withWorkerBeside(
  { options: { connection: theirs, namespace, workflowBundle, dataConverter } }: Worker,
  { taskQueue, workflow, concurrency, sharesDataConverter }: BesideOptions,
  over: (connection: NativeConnection) => { activities: object; body: () => Promise<void> },
): Promise<void> {
  const connection = theirs ?? (await NativeConnection.connect());
  const { activities, body } = over(connection);
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...(await workflowsIn(workflowBundle, workflow)),
      activities,
      ...(sharesDataConverter && dataConverter !== undefined && { dataConverter }),
      ...workflowCodeLimit(),
      maxCachedWorkflows: concurrency,
      maxConcurrentWorkflowTaskExecutions: concurrency,
      maxConcurrentActivityTaskExecutions: concurrency,
    });
    await worker.runUntil(body);
  } finally {
    if (theirs === undefined) await connection.close();
  }
}

/** A bundle that was made beforehand serves this worker, too, unless somebody left its workflow out. */
async function workflowsIn(
  bundle: WorkerOptions['workflowBundle'],
  { type, path }: BesideOptions['workflow'],
): Promise<Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>> {
  if (bundle !== undefined) {
    const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
    if (code.includes(type)) return { workflowBundle: { code } };
  }
  return { workflowsPath: path };
}

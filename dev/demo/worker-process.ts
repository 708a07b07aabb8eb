import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import { ended, endWith } from '../child-process';

const WORKER = [join(__dirname, '..', '..', 'lib', 'worker.js')];
const READY_MS = 60_000;
/** What gRPC says if nobody answers, or has too much to do. */
const unansweredCodes: readonly number[] = [
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
];

export interface WorkerProcessOptions {
  namespace: string;
  taskQueue: string;
  logFile: string;
  /** What Node runs. Default: this package's worker. */
  command?: readonly string[];
}

/** The worker as a process of its own, as in production. */
export class WorkerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts it, and waits until it polls its task queue. */
  static async start(
    environment: Record<string, string>,
    connection: Connection,
    { namespace, taskQueue, logFile, command = WORKER }: WorkerProcessOptions,
  ): Promise<WorkerProcess> {
    const log = openSync(logFile, 'w');
    const child = spawn(process.execPath, command, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const worker = new WorkerProcess(child);
    try {
      await worker.polls(connection, { namespace, taskQueue, logFile });
    } catch (error) {
      await worker.kill();
      throw error;
    }
    return worker;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when it has ended, for whatever reason. */
  get ended(): Promise<void> {
    return ended(this.child);
  }

  /** Lets it finish what runs. */
  async stop(): Promise<void> {
    await endWith(this.child, 'SIGTERM');
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await endWith(this.child, 'SIGKILL');
  }

  private async polls(
    connection: Connection,
    { namespace, taskQueue, logFile }: WorkerProcessOptions,
  ): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await isPolled(connection, namespace, taskQueue, this.pid))) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`The worker did not start:\n${readFileSync(logFile, 'utf8')}`);
      }
      await sleep(200);
    }
  }
}

async function isPolled(
  connection: Connection,
  namespace: string,
  taskQueue: string,
  pid: number | undefined,
): Promise<boolean> {
  const { pollers } = await connection.workflowService
    .describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    })
    .catch((error: unknown) => {
      // The connection to a server that was restarted is up to a second late.
      if (isGrpcServiceError(error) && unansweredCodes.includes(error.code)) return { pollers: [] };
      throw error;
    });
  // A worker's identity begins with its process id: an earlier run's may still be listed.
  return pollers.some(({ identity }) => identity?.startsWith(`${String(pid)}@`) === true);
}

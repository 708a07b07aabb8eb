/**
 * The built worker in a process of its own, as it runs in production, which a test may kill.
 *
 * 1. It sees of this process's environment only what every program needs: the rest is the test's.
 * 2. `withWorkerProcesses` ends those that the body has left running, and gives each the run's bundle of its workflows, unless
 *    its environment says otherwise.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from './run-folder';
import { withWorkerBundle } from './worker-bundle';

/** How long the worker may take to bundle its workflows and to poll, milliseconds. */
const START_LIMIT_MS = 120_000;

/** A worker's process, running or ended. */
export class WorkerProcess {
  /** All that it has printed. */
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [join(projectRoot, 'lib', 'worker.js')], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'close');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** What Temporal knows it by. */
  get identity(): string {
    return `${String(this.child.pid)}@${hostname()}`;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until it polls. */
  async ready(): Promise<this> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!this.output.includes("state: 'RUNNING'")) {
      if (this.hasEnded || Date.now() > deadline)
        throw new Error(`The worker did not start:\n${this.output}`);
      await sleep(20);
    }
    return this;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to end, as a deployment does. Answers its exit code. */
  async terminate(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return await this.exitCode();
  }

  /** Waits for its end. `null` where it was killed. */
  async exitCode(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }
}

/** Runs the body with a way to start workers, and kills those that are left. */
export async function withWorkerProcesses<T>(
  environment: Record<string, string>,
  body: (startWorker: (more?: Record<string, string>) => Promise<WorkerProcess>) => Promise<T>,
): Promise<T> {
  const workers: WorkerProcess[] = [];
  try {
    return await body(async (more = {}) => {
      const worker = new WorkerProcess(await withWorkerBundle({ ...environment, ...more }));
      workers.push(worker);
      return await worker.ready();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
}

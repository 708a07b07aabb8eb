import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ended, endWith } from '../child-process';
import { freePort } from '../free-port';

const GATEWAY = join(__dirname, '..', '..', 'lib', 'bin', 'gateway.js');
const READY_MS = 20_000;

/** The gateway as a process of its own, as in production, on a free port unless `GATEWAY_PORT` names one. */
export class GatewayProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts it, and waits until it is ready for calls. */
  static async start(
    environment: Record<string, string>,
    { logFile }: { logFile: string },
  ): Promise<GatewayProcess> {
    const port = Number(process.env['GATEWAY_PORT'] ?? (await freePort()));
    const url = `http://127.0.0.1:${port}`;
    const log = openSync(logFile, 'w');
    const child = spawn(process.execPath, [GATEWAY], {
      env: {
        GATEWAY_PUBLIC_URL: url,
        GATEWAY_DRAIN_MS: '0',
        ...process.env,
        GATEWAY_PORT: String(port),
        ...environment,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const gateway = new GatewayProcess(child, url);
    const deadline = Date.now() + READY_MS;
    while (!(await gateway.isReady())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await gateway.stop();
        throw new Error(`The gateway did not start:\n${readFileSync(logFile, 'utf8')}`);
      }
      await sleep(100);
    }
    return gateway;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when it has ended, for whatever reason. */
  get ended(): Promise<void> {
    return ended(this.child);
  }

  /** Lets it answer what it was asked. */
  async stop(): Promise<void> {
    await endWith(this.child, 'SIGTERM');
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await endWith(this.child, 'SIGKILL');
  }

  private async isReady(): Promise<boolean> {
    return await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

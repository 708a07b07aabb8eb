import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from './run-folder';

/** The built gateway in a process of its own, as it runs in production. */
export class GatewayProcess {
  output = '';
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [join(projectRoot, 'lib', 'bin', 'gateway.js')], {
      env: { PATH, HOME, GATEWAY_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.closed = once(this.child, 'close');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Its address, once it listens. */
  async url(): Promise<string> {
    for (;;) {
      const [, url] = /listens on (http:\S+);/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      if (this.child.exitCode !== null) throw new Error(this.output);
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async exitCode(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }
}

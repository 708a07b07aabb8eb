/** The network between processes, as a proxy that can be told to be slow, to reset, or to swallow what it is given. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { endWith } from '../dev/child-process';
import { freePort } from '../dev/free-port';
import { goProgram } from '../dev/go-program';

const toxiproxy = {
  path: 'github.com/Shopify/toxiproxy/v2',
  version: 'v2.12.0',
  sum: 'h1:d1x++lYZg/zijXPPcv7PH0MvHMzEI5aX/YuUi/Sw+yg=',
};

const READY_WITHIN_MS = 10_000;

/** What may be wrong with a link. */
export type NetworkFault =
  /** Everything takes this much longer, give or take the jitter, milliseconds. */
  | { effect: 'slow'; latencyMs: number; jitterMs: number }
  /** Connections, those that are there and new ones, are reset. */
  | { effect: 'reset' }
  /** What is sent arrives; nothing comes back, and no connection ends. */
  | { effect: 'halfOpen' }
  /** Nothing arrives in either direction, and no connection ends. */
  | { effect: 'blackHole' };

interface Toxic {
  type: string;
  stream: 'upstream' | 'downstream';
  attributes: Record<string, number>;
}

const both = (type: string, attributes: Record<string, number>): Toxic[] => [
  { type, stream: 'upstream', attributes },
  { type, stream: 'downstream', attributes },
];

/** As Toxiproxy calls them. Its `timeout` of 0 drops all data until it is removed, and then closes the connection. */
function toxicsOf(fault: NetworkFault): Toxic[] {
  switch (fault.effect) {
    case 'slow':
      return both('latency', { latency: fault.latencyMs, jitter: fault.jitterMs });
    case 'reset':
      return both('reset_peer', { timeout: 0 });
    case 'halfOpen':
      return [{ type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } }];
    case 'blackHole':
      return both('timeout', { timeout: 0 });
  }
}

export class Network {
  private made = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly controlUrl: string,
  ) {}

  /** @throws Error that says what to install, if the proxy cannot be built */
  static async start(): Promise<Network> {
    const program = await goProgram('toxiproxy', toxiproxy, 'cmd/server');
    const port = await freePort();
    const child = spawn(program, ['-host', '127.0.0.1', '-port', String(port)], {
      stdio: 'ignore',
      env: { ...process.env, LOG_LEVEL: 'error' },
    });
    const network = new Network(child, `http://127.0.0.1:${port}`);
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    while (!(await network.control('GET', '/version').catch(() => false))) {
      if (child.exitCode !== null || Date.now() > giveUpAt)
        throw new Error('The network proxy did not start');
      await sleep(50);
    }
    return network;
  }

  /**
   * A link that can be broken.
   *
   * @param upstream - where it leads, `host:port`
   * @returns where to connect in its place, `host:port`
   */
  async link(name: string, upstream: string): Promise<string> {
    const listen = `127.0.0.1:${await freePort()}`;
    await this.control('POST', '/proxies', { name, listen, upstream });
    return listen;
  }

  /** Breaks a link for some time. Faults of the same link may overlap. */
  async break(name: string, fault: NetworkFault, ms: number): Promise<void> {
    const toxics = toxicsOf(fault).map((toxic) => ({ ...toxic, name: `fault-${++this.made}` }));
    for (const toxic of toxics) await this.control('POST', `/proxies/${name}/toxics`, toxic);
    await sleep(ms);
    for (const toxic of toxics) await this.control('DELETE', `/proxies/${name}/toxics/${toxic.name}`);
  }

  async close(): Promise<void> {
    await endWith(this.child, 'SIGKILL');
  }

  private async control(method: string, path: string, body?: object): Promise<boolean> {
    const answer = await fetch(this.controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return true;
  }
}

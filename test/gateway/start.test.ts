import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from '../support/run-folder';
import { withRealServer } from '../support/with-temporal';

const API_KEY = 'a-key-of-16-chars-or-more';

/** The built gateway in a process of its own, as it runs in production. */
class GatewayProcess {
  output = '';
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [join(projectRoot, 'lib', 'gateway.js')], {
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

const statusOf = async (url: string) => (await fetch(url)).status;

test('the gateway is ready while Temporal is there, and ends with 0 when it is asked to', async () => {
  await withRealServer({}, async (_env, server) => {
    const gateway = new GatewayProcess({
      TEMPORAL_ADDRESS: server.address,
      GATEWAY_API_KEYS: API_KEY,
      GATEWAY_DRAIN_MS: '1500',
    });
    const url = await gateway.url();
    expect(await statusOf(`${url}/health/ready`)).toBe(200);

    gateway.signal('SIGTERM');
    await sleep(300);
    // It says that no more calls should be sent to it, and answers those that come all the same.
    expect(await statusOf(`${url}/health/ready`)).toBe(503);
    expect(await statusOf(`${url}/health/live`)).toBe(200);
    expect(await statusOf(`${url}/openapi.json`)).toBe(200);
    expect(await gateway.exitCode()).toBe(0);
  });
});

test('the gateway starts and ends while Temporal is away, and is not ready', async () => {
  const gateway = new GatewayProcess({
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    GATEWAY_API_KEYS: API_KEY,
    GATEWAY_DISCONNECT_LIMIT_MS: '1000',
    GATEWAY_REQUEST_LIMIT_MS: '1000',
    GATEWAY_DRAIN_MS: '0',
  });
  const url = await gateway.url();
  expect(await statusOf(`${url}/health/ready`)).toBe(503);
  const asked = fetch(`${url}/v1/conversations/c/request-transfer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: '{"country":"US"}',
  });
  await sleep(200);
  gateway.signal('SIGTERM');
  // A caller who waits is answered before the gateway ends.
  expect(await (await asked).json()).toMatchObject({ action: 'ROUTE', decision: { fallback: true } });
  expect(await gateway.exitCode()).toBe(0);
});

test('a gateway with mistakes in its environment exits 1, names them, and no secret', async () => {
  const gateway = new GatewayProcess({ GATEWAY_API_KEYS: 'short', GATEWAY_COUNTRY: 'XX' });
  expect(await gateway.exitCode()).toBe(1);
  expect(gateway.output.trim().split('\n')).toEqual([
    'Cannot start:',
    '  GATEWAY_API_KEYS.0: each must have at least 16 characters',
    expect.stringContaining('  GATEWAY_COUNTRY: '),
  ]);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { projectRoot } from '../support/run-folder';

import { control, newTransfer, PATH, send } from './requests';

interface SandboxProcess {
  /** Everything it has said so far. */
  said: () => string;
  /** Waits for its end. */
  exitCode: () => Promise<number | null>;
  kill: (signal: NodeJS.Signals) => void;
  /** Waits until it listens. */
  url: () => Promise<string>;
}

/** Runs the body with the sandbox as a process of its own, which is gone afterwards, or after 30 s. */
async function withSandboxProcess<T>(
  environment: Record<string, string>,
  body: (sandbox: SandboxProcess) => Promise<T>,
): Promise<T> {
  const { PATH: path = '' } = process.env;
  const child = spawn(process.execPath, [join(projectRoot, 'lib', 'bin', 'sandbox.js')], {
    env: { PATH: path, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'exit');
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  }
  try {
    return await body({
      said: () => text,
      exitCode: async () => {
        await ended;
        return child.exitCode;
      },
      kill: (signal) => child.kill(signal),
      url: async () => {
        for (;;) {
          const url = /http:\/\/\S+?:\d+/.exec(text)?.[0];
          if (url !== undefined) return url;
          if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended: ${text}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
    });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

describe('the sandbox as a command', () => {
  it('serves ASAPP’s API and its controls, with the credentials and the pool of its environment', async () => {
    const environment = {
      SANDBOX_PORT: '0',
      SANDBOX_POOL_SIZE: '1',
      SANDBOX_NUMBER_TTL_MS: '120000',
      ASAPP_API_ID: 'key-id',
      ASAPP_API_SECRET: 'key-secret',
    };
    await withSandboxProcess(environment, async ({ url, said }) => {
      const sandbox = { asapp: { apiUrl: await url(), apiId: 'key-id', apiSecret: 'key-secret' } };
      const { body } = await send(sandbox, 'POST', PATH, newTransfer('a'));
      expect(body).toMatchObject({ status: 'ACTIVE' });
      expect((await send(sandbox, 'POST', PATH, newTransfer('b'))).status).toBe(503);
      expect((await send(sandbox, 'POST', PATH, newTransfer('a'), {})).status).toBe(401);

      const { createdAt, phoneNumber } = body as { createdAt: string; phoneNumber: { expireAt: string } };
      expect(Date.parse(phoneNumber.expireAt) - Date.parse(createdAt)).toBe(120_000);
      expect((await control(sandbox, 'transfer', { transferId: 'a' })).status).toBe(200);
      expect(said()).toContain('ASAPP_API_SECRET');
      expect(said()).not.toContain('key-secret');
    });
  });

  it.each([
    ['SIGTERM', { kind: 'hangAfter' }],
    ['SIGINT', { kind: 'latency', ms: 600_000 }],
  ] as const)('ends in peace on %s, with a request still open', async (signal, effect) => {
    await withSandboxProcess({ SANDBOX_PORT: '0' }, async ({ url, kill, exitCode }) => {
      const sandbox = {
        asapp: { apiUrl: await url(), apiId: 'sandbox-id', apiSecret: 'sandbox-secret' },
      };
      await control(sandbox, 'fail', { effect });
      const hanging = send(sandbox, 'GET', `${PATH}/a`).catch(() => 'cut');
      for (;;) {
        const { body } = await control(sandbox, 'requests');
        if ((body as { requests: unknown[] }).requests.length > 0) break;
      }
      kill(signal);
      expect(await exitCode()).toBe(0);
      expect(await hanging).toBe('cut');
    });
  });

  it('names every mistake in its environment at once, and does not start', async () => {
    const environment = { SANDBOX_PORT: '70000', SANDBOX_POOL_SIZE: 'many', SANDBOX_NUMBER_TTL_MS: '-1' };
    await withSandboxProcess(environment, async ({ exitCode, said }) => {
      expect(await exitCode()).toBe(1);
      for (const name of Object.keys(environment)) expect(said()).toContain(`  ${name}: must be `);
    });
  });

  it('says that its port is taken', async () => {
    await withSandboxProcess({ SANDBOX_PORT: '0' }, async ({ url }) => {
      const { port } = new URL(await url());
      await withSandboxProcess({ SANDBOX_PORT: port }, async ({ exitCode, said }) => {
        expect(await exitCode()).toBe(1);
        expect(said()).toContain('EADDRINUSE');
      });
    });
  });
});

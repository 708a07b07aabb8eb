import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { asappEnvironment } from '../../dev/demo/asapp-environment';
import type { Finding } from '../../src/doctor/finding';
import { projectRoot } from '../support/run-folder';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { withWorkerProcesses } from '../support/worker-process';

/** The built program, as it is run by hand or by a script. */
async function doctor(environment: Record<string, string>, ...args: string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(projectRoot, 'lib', 'bin', 'doctor.js'), ...args], {
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { output, errors, status };
}

const keys = { CALL_TRANSFER_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };

test('beside a worker of production, with and without the worker’s keys', async () => {
  await withRealServer({}, (env) =>
    withSandbox({}, async ({ asapp }) => {
      const environment = {
        TEMPORAL_ADDRESS: env.address,
        CALL_TRANSFER_TASK_QUEUE: uniqueId('doctor'),
        ...asappEnvironment(asapp),
      };
      await withWorkerProcesses({ ...environment, ...keys }, async (startWorker) => {
        await startWorker();
        const well = await doctor({ ...environment, ...keys }, '--json');
        const findings = JSON.parse(well.output) as Finding[];
        expect(findings).toContainEqual({
          check: 'worker',
          status: 'OK',
          says: expect.stringContaining('both read each other') as string,
        });
        expect(findings.filter(({ status }) => status === 'PROBLEM')).toEqual([]);
        expect(well.errors).toBe('');

        const blind = await doctor(environment);
        expect(blind.output).toContain('✗ worker: it encrypts, and this environment cannot read it');
        expect(blind.output).toMatch(/\n1 problems, \d warnings\.\n$/);
        expect(blind.status).toBe(1);
      });
    }),
  );
});

test('with nothing set, and no Temporal, it says what to set', async () => {
  const { output, status } = await doctor({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(output).toContain('✗ settings: ASAPP_API_URL: is missing');
  expect(output).toContain('✗ Temporal: 127.0.0.1:1 cannot be reached');
  expect(status).toBe(1);
});

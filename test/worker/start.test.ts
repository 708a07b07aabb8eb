import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CallTransferClient } from '../../src/index';
import { connected, decisionIn, hungUp } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { WorkerProcess, withWorkerProcesses } from '../support/worker-process';

import { workerEnvironment } from './with-survivors';

const secrets = { ASAPP_API_ID: 'id-4711-of-the-company', ASAPP_API_SECRET: 'secret-0815-of-the-company' };

/** Runs a worker that must not start. */
async function refused(
  environment: Record<string, string>,
): Promise<{ exitCode: number | null; lines: string[] }> {
  const worker = new WorkerProcess(environment);
  const exitCode = await worker.exitCode();
  for (const secret of Object.values(secrets)) expect(worker.output).not.toContain(secret);
  return { exitCode, lines: worker.output.trim().split('\n') };
}

describe('a worker with mistakes in its environment', () => {
  test('exits 1 and names every one of them, and no more', async () => {
    const { exitCode, lines } = await refused({
      ...secrets,
      ASAPP_API_URL: 'asapp.example',
      CALL_TRANSFER_REQUEST_DEADLINE_MS: 'soon',
      CALL_TRANSFER_DISCONNECT_DEADLINE_MS: '5',
      CALL_TRANSFER_LAST_RESORT_ROUTE: '{"queue":',
      CALL_TRANSFER_RECONNECT_WINDOWS_MS: '{"AGENT":1,"NOBODY":2}',
      CALL_TRANSFER_ROUTING_FILE: '/nowhere/routing.json',
      CALL_TRANSFER_SHUTDOWN_GRACE_MS: '-1',
      TEMPORAL_ADDRESS: 'https://temporal.example:7233',
    });

    expect(exitCode).toBe(1);
    expect(lines[0]).toBe('Cannot start:');
    expect(lines.slice(1).sort()).toEqual([
      expect.stringContaining('  ASAPP_API_URL: must be an http or https URL'),
      expect.stringContaining('  CALL_TRANSFER_DISCONNECT_DEADLINE_MS: '),
      expect.stringContaining('  CALL_TRANSFER_LAST_RESORT_ROUTE: must be JSON'),
      expect.stringContaining('  CALL_TRANSFER_RECONNECT_WINDOWS_MS: '),
      expect.stringContaining('  CALL_TRANSFER_REQUEST_DEADLINE_MS: must be a whole number'),
      expect.stringMatching(/ {2}CALL_TRANSFER_ROUTING_FILE: .*\/nowhere\/routing\.json/),
      expect.stringContaining('  CALL_TRANSFER_SHUTDOWN_GRACE_MS: must be a whole number'),
      expect.stringMatching(
        /^ {2}TEMPORAL_ADDRESS: must be a host and a port.*: https:\/\/temporal\.example:7233$/,
      ),
    ]);
  });

  test('says what is missing; an empty variable is missing, too', async () => {
    const { exitCode, lines } = await refused({ ASAPP_API_ID: '', ASAPP_API_SECRET: '' });

    expect(exitCode).toBe(1);
    expect(lines.slice(1)).toEqual([
      expect.stringContaining('  ASAPP_API_URL: '),
      '  ASAPP_API_ID: is missing',
      '  ASAPP_API_SECRET: is missing',
    ]);
  });

  test('names the place of a mistake in the routing file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'routing-'));
    try {
      const file = join(folder, 'routing.json');
      await writeFile(
        file,
        '{\n  "rules": [\n    { "when": { "outcome": "AGNET" }, "route": "a" }\n  ],\n  "defaults": {}\n}\n',
      );
      const { exitCode, lines } = await refused({
        ...secrets,
        ASAPP_API_URL: 'http://localhost:1',
        CALL_TRANSFER_ROUTING_FILE: file,
      });

      expect(exitCode).toBe(1);
      expect(lines[1]).toContain(`  ${file}:3:28 rules.0.when.outcome: must be one of AGENT`);
      expect(lines.length).toBeGreaterThan(2);
      for (const line of lines.slice(2)) expect(line).toMatch(/routing\.json:5:15 defaults/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('exits 1 where Temporal cannot be reached', async () => {
    const { exitCode, lines } = await refused({
      ...secrets,
      ASAPP_API_URL: 'http://localhost:1',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });

    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      'Cannot start:',
      expect.stringMatching(/^ {2}TEMPORAL_ADDRESS: 127\.0\.0\.1:1: .*connect/i),
    ]);
  });
});

test('what a worker prints in its whole life holds no credential, no number and no variable', async () => {
  await withRealServer({}, (env, server) =>
    withSandbox({ apiId: secrets.ASAPP_API_ID, apiSecret: secrets.ASAPP_API_SECRET }, async (sandbox) => {
      const taskQueue = uniqueId('worker');
      const environment = {
        ...workerEnvironment(server, sandbox, taskQueue),
        ...unhurried.environment,
        ...secrets,
        // It bundles its workflows at its start, and says so.
        CALL_TRANSFER_WORKFLOW_BUNDLE: '',
      };
      await withWorkerProcesses(environment, async (startWorker) => {
        const worker = await startWorker();
        const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
        const inputContext = { taskName: 'task-in', inputVariables: { account: 'variable-in-3434' } };

        sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 500 } });
        const { conversationId, transferId } = await connected({ client, sandbox }, { inputContext });
        sandbox.exchange.aiEnds(transferId, {
          transferType: 'AGENT',
          currentTaskName: 'billing',
          referenceVariables: { name: 'variable-out-reference' },
          transferVariables: { amount: 'variable-out-transfer' },
        });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        expect(decisionIn(step).transferVariables).toEqual({ amount: 'variable-out-transfer' });

        await hungUp({ client, sandbox }, { inputContext });
        // What goes wrong is what gets printed: credentials that are refused, and an answer that makes no sense.
        sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
        await client.requestTransfer({ conversationId: uniqueId('refused'), country: 'US', inputContext });
        sandbox.fail({
          method: 'POST',
          effect: { kind: 'fields', fields: { phoneNumber: { expiresAt: 'never' } } },
        });
        await client.requestTransfer({ conversationId: uniqueId('nonsense'), country: 'US', inputContext });
        expect(await worker.terminate()).toBe(0);

        expect(worker.output).toContain('ASAPP refuses the credentials');
        const numbers = [...sandbox.exchange.transfers.values()].map(({ transferNumber }) => transferNumber);
        expect(numbers.length).toBeGreaterThan(1);
        const secretTexts = [
          ...Object.values(secrets),
          ...numbers,
          ...numbers.map((number) => number.slice(1)),
        ];
        for (const text of [...secretTexts, 'variable-in', 'variable-out']) {
          expect(worker.output).not.toContain(text);
        }
      });
    }),
  );
}, 120_000);

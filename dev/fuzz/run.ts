/**
 * `npm run fuzz`: requests that a schema-based fuzzer makes up from the gateway's own description, correctly signed, against a
 * gateway with a worker, a Temporal server and the stand-in for ASAPP. Fails where an answer is a 5xx, or is not as described.
 *
 * Needs Python 3.10 or later; the fuzzer is installed into a folder of its own. `--examples 200` says how many requests for
 * each operation, `--seed 1` which.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Connection } from '@temporalio/client';

import { DEFAULT_TASK_QUEUE } from '../../lib/index';
import { Sandbox } from '../../lib/sandbox';
import { asappEnvironment } from '../demo/asapp-environment';
import { GatewayProcess } from '../demo/gateway-process';
import { WorkerProcess } from '../demo/worker-process';
import { TemporalServer } from '../temporal-server';

import { gatewaySecrets, startSigningProxy } from './signing-proxy';

const FUZZER = 'schemathesis==4.32.5';
const FOLDER = join(__dirname, '..', '..', '.cache', 'fuzz');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

/** Runs a command to its end, in the fuzzer's folder, with its output where ours goes. Answers its exit status. */
async function run(command: string, args: readonly string[]): Promise<number> {
  const [status] = (await once(spawn(command, args, { stdio: 'inherit', cwd: FOLDER }), 'exit')) as [
    number | null,
  ];
  return status ?? 1;
}

async function installed(): Promise<string> {
  const fuzzer = join(FOLDER, 'bin', 'schemathesis');
  if (existsSync(fuzzer)) return fuzzer;
  await mkdir(FOLDER, { recursive: true });
  const steps = [
    ['python3', ['-m', 'venv', FOLDER]],
    [join(FOLDER, 'bin', 'pip'), ['install', '--quiet', FUZZER]],
  ] as const;
  for (const [command, args] of steps) {
    if ((await run(command, args)) !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  }
  return fuzzer;
}

async function main(): Promise<void> {
  const fuzzer = await installed();
  const logFile = (name: string) => join(tmpdir(), `call-transfer-fuzz-${name}.log`);
  const server = await TemporalServer.start();
  const sandbox = await Sandbox.start({ poolSize: 1_000_000 });
  const connection = await Connection.connect({ address: server.address });
  const environment = { TEMPORAL_ADDRESS: server.address };
  const worker = await WorkerProcess.start(
    { ...environment, ...asappEnvironment(sandbox.asapp) },
    connection,
    { namespace: 'default', taskQueue: DEFAULT_TASK_QUEUE, logFile: logFile('worker') },
  );
  const gateway = await GatewayProcess.start(
    // Commands for Telnyx go to the stand-in, which refuses them.
    { ...environment, ...gatewaySecrets, TELNYX_API_URL: sandbox.asapp.apiUrl },
    { logFile: logFile('gateway') },
  );
  const proxy = await startSigningProxy(gateway.url);
  try {
    process.exitCode = await run(fuzzer, [
      'run',
      `${proxy.url}/openapi.json`,
      '--url',
      proxy.url,
      '--checks',
      CHECKS.join(','),
      '--max-examples',
      values.examples,
      '--seed',
      values.seed,
      '--continue-on-failure',
      '--generation-database',
      'none',
    ]);
    console.log(`Seed ${values.seed}; the logs are at ${logFile('*')}`);
  } finally {
    proxy.close();
    await gateway.stop();
    await worker.stop();
    await connection.close();
    await sandbox.close();
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

/**
 * `npm run fuzz`: requests that a schema-based fuzzer makes up from the servers' own descriptions, correctly signed: against a
 * gateway with a worker, a Temporal server and the stand-in for ASAPP, and against a codec server. Fails if an answer is a 5xx, or
 * is not as described.
 *
 * Needs Python 3.10 or later; the fuzzer is installed into a folder of its own. `gateway` or `codec-server` is one of the two alone;
 * `--examples 200` says how many requests for each operation, `--seed 1` which.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { withCodecServer } from './codec-server';
import { withGateway } from './gateway';
import { startSigningProxy, type Credentials } from './signing-proxy';

const FUZZER = 'schemathesis==4.32.5';
const FOLDER = join(__dirname, '..', '..', '.cache', 'fuzz');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

/** Each server, and what a fuzzer must be told of it. */
const servers: Record<string, (fuzzer: string) => Promise<void>> = {
  gateway: (fuzzer) => withGateway(logFile, (...server) => fuzz(fuzzer, ...server)),
  'codec-server': (fuzzer) =>
    withCodecServer((url, credentials) => fuzz(fuzzer, url, credentials, ['--rate-limit', '90/s'])),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
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

const logFile = (name: string) => join(tmpdir(), `call-transfer-fuzz-${name}.log`);

async function fuzz(
  fuzzer: string,
  url: string,
  credentials: Credentials,
  options: readonly string[] = [],
): Promise<void> {
  const proxy = await startSigningProxy(url, credentials);
  try {
    const status = await run(fuzzer, [
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
      ...options,
    ]);
    if (status !== 0) process.exitCode = status;
  } finally {
    proxy.close();
  }
}

async function main(): Promise<void> {
  const fuzzer = await installed();
  for (const name of positionals.length > 0 ? positionals : Object.keys(servers)) {
    const server = servers[name];
    if (server === undefined) throw new Error(`${name} is none of ${Object.keys(servers).join(', ')}`);
    await server(fuzzer);
  }
  console.log(`Seed ${values.seed}; the logs are at ${logFile('*')}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

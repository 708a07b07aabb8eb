/** A project that has other versions of the packages that only some programs need. */
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { forFile } from '../support/for-file';
import { INSTALL_LIMIT_MS, npmInstall, withTarball } from '../support/packed';

/** Each is of another major version than the one that a program of this package needs. */
const theirs = [
  'fastify@4',
  'zod@3',
  'jose@4',
  'twilio@4',
  'telnyx@6',
  'prom-client@14',
  '@opentelemetry/resources@2',
  '@opentelemetry/sdk-trace-node@2',
];

/** A project with them, into which the package is installed alone. */
const project = forFile<string>((body) =>
  withTarball(async ({ folder, tarball }) => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'theirs', private: true }));
    await npmInstall(folder, theirs);
    await npmInstall(folder, [tarball]);
    await body(folder);
  }),
);

/** Runs a program of the package to its end, and answers what it printed. */
const printedBy = (program: string, args: string[] = [], environment: Record<string, string> = {}) =>
  new Promise<string>((resolve) => {
    const path = join(project(), 'node_modules', '.bin', program);
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    execFile(path, args, { cwd: project(), env, timeout: 60_000 }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });

test(
  'the plugin is installed beside other versions, and what serves only workers is not installed with it',
  async () => {
    const temporal = await readdir(join(project(), 'node_modules', '@temporalio'));
    expect(temporal).toContain('client');
    expect(temporal).not.toContain('worker');
    const say = "console.log(typeof require('temporal-call-transfer/client').CallTransferClient)";
    const printed = await new Promise((resolve) => {
      execFile(process.execPath, ['-e', say], { cwd: project() }, (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      });
    });
    expect(printed).toBe('function\n');
  },
  INSTALL_LIMIT_MS,
);

test('the gateway names everything that it misses at once, with its phone system, metrics and traces', async () => {
  const printed = await printedBy('call-transfer-gateway', [], {
    GATEWAY_PHONE_SYSTEMS: 'twilio',
    GATEWAY_METRICS_ADDRESS: '127.0.0.1:0',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  });
  expect(printed).toContain('The gateway needs fastify, ');
  expect(printed).toMatch(/fastify: 4\.\S+ is installed, and does not work: \^5\.\S+ does\n/);
  expect(printed).toMatch(/twilio: 4\.\S+ is installed, and does not work/);
  expect(printed).toMatch(/prom-client: 14\.\S+ is installed/);
  expect(printed).toContain('@fastify/swagger: is missing, ^9.');
  expect(printed).toMatch(/@opentelemetry\/resources: 2\.\S+ is installed/);
  expect(printed).toMatch(/npm install fastify@5 .*twilio@6 .*@opentelemetry\/instrumentation@0\.57/);
  expect(printed).not.toMatch(/^ +at /m);
});

test.each([
  ['call-transfer-codec-server', 'fastify', 'jose'],
  ['call-transfer-worker', '@temporalio/worker'],
  ['call-transfer-doctor', '@temporalio/worker'],
  ['call-transfer-bundle', '@temporalio/worker'],
])('%s says what it needs', async (program, ...names) => {
  const printed = await printedBy(program, program.endsWith('bundle') ? ['bundle.js'] : []);
  const [line] = /^ *npm install .*$/m.exec(printed) ?? [];
  for (const name of names) expect(line).toContain(` ${name}@`);
});

test('search attributes are registered and events redelivered without what serves only workers', async () => {
  for (const program of ['call-transfer-search-attributes', 'call-transfer-redeliver']) {
    const printed = await printedBy(program, [], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(printed).not.toMatch(/Cannot find (module|package)/);
    expect(printed).toContain('127.0.0.1:1');
  }
});

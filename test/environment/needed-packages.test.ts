import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkPackages, packagesOf, workingVersions } from '../../src/environment/needed-packages';
import type { EnvironmentError } from '../../src/environment/read-environment';
import { projectRoot } from '../support/run-folder';

type Versions = Record<string, string>;

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  devDependencies: Versions;
  peerDependencies: Versions;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { peerDependencies?: Versions; peerDependenciesMeta?: object }>;
};

const everything = Object.fromEntries(
  Object.entries(workingVersions).map(([name, range]) => [name, range.split(' || ')[0]?.slice(1)]),
);

/** What is told of a project that has these versions. */
function toldOf(names: Parameters<typeof checkPackages>[1], versions: Record<string, string | undefined>) {
  try {
    checkPackages('The codec server', names, (name) => versions[name]);
    return [];
  } catch (error) {
    return (error as EnvironmentError).mistakes;
  }
}

test('all packages that are missing or do not fit are named at once, with one line that installs them', () => {
  const versions = { ...everything, fastify: '4.29.1', jose: undefined, '@fastify/cors': '11.0.9' };
  expect(toldOf(packagesOf.codecServer(), versions)).toEqual([
    'The codec server needs fastify, @fastify/cors, @fastify/rate-limit, @fastify/swagger, fastify-type-provider-zod, jose',
    'fastify: 4.29.1 is installed, and does not work: ^5.12.8 does',
    '@fastify/cors: 11.0.9 is installed, and does not work: ^11.1.0 does',
    'jose: is missing, ^5.10.0 or ^6.0.0 works',
    'npm install fastify@5 @fastify/cors@11 jose@6',
  ]);
});

test.each([
  ['jose', '5.10.0', true],
  ['jose', '5.9.9', false],
  ['jose', '6.2.18', true],
  ['jose', '7.0.0', false],
  ['twilio', '5.0.0', true],
  ['twilio', '4.23.0', false],
  ['@opentelemetry/instrumentation', '0.57.2', true],
  ['@opentelemetry/instrumentation', '0.58.0', false],
  ['@opentelemetry/instrumentation-undici', '0.10.3', true],
  ['@opentelemetry/resources', '2.0.0', false],
] as const)('%s %s: whether it fits is %s', (name, version, fitsWell) => {
  expect(toldOf([name], { [name]: version }).length === 0).toBe(fitsWell);
});

test('the line for a package before its version 1 names the minor version, too', () => {
  expect(toldOf(['@opentelemetry/instrumentation'], {}).at(-1)).toBe(
    'npm install @opentelemetry/instrumentation@0.57',
  );
});

test('packages that are installed here are found, those too that do not export their package.json', () => {
  const all = Object.keys(workingVersions) as (keyof typeof workingVersions)[];
  expect(() => {
    checkPackages('This repository', all);
  }).not.toThrow();
});

test.each([
  [{}, []],
  [{ GATEWAY_PHONE_SYSTEMS: 'jambonz, twilio' }, ['twilio']],
  [{ GATEWAY_PHONE_SYSTEMS: 'telnyx,./own.js' }, ['telnyx']],
  [{ GATEWAY_METRICS_ADDRESS: '0.0.0.0:9465' }, ['prom-client']],
])('with %j the gateway needs %j more', (environment, more) => {
  expect(packagesOf.gateway(environment)).toEqual([...packagesOf.gateway({}), ...more]);
});

test('tracing is needed by gateway and worker if a collector is named', () => {
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318',
  };
  for (const program of [packagesOf.gateway, packagesOf.worker]) {
    expect(program(environment)).toContain('@opentelemetry/sdk-trace-node');
    expect(program({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).not.toContain('@opentelemetry/sdk-trace-node');
  }
});

test('events need what signs them', () => {
  expect(packagesOf.worker({})).not.toContain('standardwebhooks');
  expect(packagesOf.worker({ CALL_TRANSFER_EVENTS_URL: 'https://a.example' })).toContain('standardwebhooks');
});

test('every optional peer has versions that work, and no version of it is in the way of the plugin', () => {
  const optional = Object.keys(manifest.peerDependenciesMeta);
  for (const name of optional) expect(Object.keys(workingVersions)).toContain(name);
  const held = optional.filter((name) => manifest.peerDependencies[name] !== '*');
  // They belong to one release of Temporal's SDK.
  expect(held.every((name) => name.startsWith('@temporalio/'))).toBe(true);
});

test('what has peers of its own is no peer: npm would hold a project to them, also where it is not installed', () => {
  const withPeers = Object.keys(workingVersions).filter((name) => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = lock.packages[`node_modules/${name}`] ?? {};
    const needed = Object.keys(peerDependencies).filter((peer) => !(peer in peerDependenciesMeta));
    return needed.length > 0 && !name.startsWith('@temporalio/');
  });
  expect(withPeers).toContain('fastify-type-provider-zod');
  for (const name of withPeers) expect(Object.keys(manifest.peerDependencies)).not.toContain(name);
});

test('the tests run with the oldest version of each that works, or a newer one of its major', () => {
  for (const [name, range] of Object.entries(workingVersions)) {
    const tested = [name, `${name}-other`].map((alias) => manifest.devDependencies[alias]?.split('@').at(-1));
    const majors = tested.flatMap((version) => version?.replace(/^[~^]/, '').split('.')[0] ?? []).sort();
    const declared = range.split(' || ').map((caret) => caret.slice(1).split('.')[0]);
    expect([name, majors]).toEqual([name, declared]);
  }
});

/** The optional packages: which of them a program needs, and whether they are there in a version that works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EnvironmentError } from './read-environment';

/**
 * The versions that work, as carets of npm. `package.json` holds a project to none of them but Temporal's: npm refuses to install
 * this package beside a version that it does not allow, also if nothing here uses it (`decisions/0029`).
 */
export const workingVersions = {
  '@fastify/cors': '^11.1.0',
  '@fastify/rate-limit': '^11.2.0',
  '@fastify/swagger': '^9.9.3',
  '@opentelemetry/exporter-trace-otlp-http': '^0.57.2',
  '@opentelemetry/instrumentation': '^0.57.2',
  '@opentelemetry/instrumentation-http': '^0.57.2',
  '@opentelemetry/instrumentation-undici': '^0.10.1',
  '@opentelemetry/resources': '^1.30.1',
  '@opentelemetry/sdk-trace-node': '^1.30.1',
  '@temporalio/interceptors-opentelemetry': '^1.24.0',
  '@temporalio/worker': '^1.24.0',
  fastify: '^5.12.8',
  'fastify-type-provider-zod': '^7.0.0',
  jose: '^5.10.0 || ^6.0.0',
  'prom-client': '^15.1.3',
  standardwebhooks: '^1.1.1',
  telnyx: '^7.24.0',
  twilio: '^5.0.0 || ^6.2.0',
} as const;
export type OptionalPackage = keyof typeof workingVersions;

const worker = ['@temporalio/worker'] as const;
const tracing = [
  '@temporalio/interceptors-opentelemetry',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/resources',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-undici',
] as const;
const gateway = [
  'fastify',
  '@fastify/rate-limit',
  '@fastify/swagger',
  'fastify-type-provider-zod',
  'standardwebhooks',
] as const;
const codecServer = [
  'fastify',
  '@fastify/cors',
  '@fastify/rate-limit',
  '@fastify/swagger',
  'fastify-type-provider-zod',
  'jose',
] as const;

/** Whether the environment names a collector of spans. */
export const isTraced = (environment: NodeJS.ProcessEnv): boolean =>
  [environment['OTEL_EXPORTER_OTLP_ENDPOINT'], environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']].some(
    Boolean,
  );

/** What each program needs with an environment. */
export const packagesOf = {
  worker: (environment: NodeJS.ProcessEnv): OptionalPackage[] => [
    ...worker,
    ...(isTraced(environment) ? tracing : []),
    ...(environment['CALL_TRANSFER_EVENTS_URL'] ? (['standardwebhooks'] as const) : []),
  ],
  gateway: (environment: NodeJS.ProcessEnv): OptionalPackage[] => {
    const phoneSystems = environment['GATEWAY_PHONE_SYSTEMS']?.split(',').map((name) => name.trim()) ?? [];
    return [
      ...gateway,
      ...(['twilio', 'telnyx'] as const).filter((name) => phoneSystems.includes(name)),
      ...(environment['GATEWAY_METRICS_ADDRESS'] ? (['prom-client'] as const) : []),
      ...(isTraced(environment) ? tracing : []),
    ];
  },
  codecServer: (): OptionalPackage[] => [...codecServer],
  bundle: ({ tracing }: { tracing: boolean }): OptionalPackage[] => [
    ...worker,
    ...(tracing ? (['@temporalio/interceptors-opentelemetry'] as const) : []),
  ],
  doctor: (): OptionalPackage[] => [...worker],
};

/**
 * Checks that all packages are there, before any of them is loaded.
 *
 * @param program - such as `The gateway`
 * @param find - which version of a package is installed, if any
 * @throws EnvironmentError naming every package that is missing or does not fit, and the one line that installs them
 */
export function checkPackages(
  program: string,
  names: readonly OptionalPackage[],
  find: (name: string) => string | undefined = installedVersion,
): void {
  const problems = names.flatMap((name) => {
    const version = find(name);
    const range = workingVersions[name];
    if (version !== undefined && fits(version, range)) return [];
    const works = range.replaceAll('||', 'or');
    const why =
      version === undefined
        ? `is missing, ${works} works`
        : `${version} is installed, and does not work: ${works} does`;
    return [{ name, mistake: `${name}: ${why}` }];
  });
  if (problems.length === 0) return;
  throw new EnvironmentError([
    `${program} needs ${names.join(', ')}`,
    ...problems.map(({ mistake }) => mistake),
    `npm install ${problems.map(({ name }) => `${name}@${newest(workingVersions[name])}`).join(' ')}`,
  ]);
}

/** As Node would find it, from this file upwards. The package itself may not let its `package.json` be required. */
function installedVersion(name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const manifest = readFileSync(join(folder, name, 'package.json'), 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const numbersOf = (version: string) => version.split('-', 1)[0]?.split('.').map(Number) ?? [];

/** The numbers that a caret holds fast: `^5.12.8` those of 5, `^0.57.2` those of 0.57. */
function fixedIn(caret: string): number[] {
  const numbers = numbersOf(caret.replace('^', ''));
  return numbers.slice(0, numbers.findIndex((number) => number > 0) + 1);
}

const newest = (range: string) => fixedIn(range.split(' || ').at(-1) ?? '').join('.');

/** Whether a version is within one of the carets. */
function fits(version: string, range: string): boolean {
  const actual = numbersOf(version);
  return range.split(' || ').some((caret) => {
    const least = numbersOf(caret.replace('^', ''));
    if (fixedIn(caret).some((number, index) => actual[index] !== number)) return false;
    const differs = least.findIndex((number, index) => actual[index] !== number);
    return differs === -1 || (actual[differs] ?? 0) > (least[differs] ?? 0);
  });
}

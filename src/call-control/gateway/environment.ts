import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { countrySchema, httpUrl } from '../../contract/fields';
import { DEFAULT_TASK_QUEUE } from '../../contract/names';
import { transportTypeSchema } from '../../contract/transport';
import { missingPackage } from '../../environment/program';
import {
  bindAddress,
  EnvironmentError,
  json,
  list,
  logLevel,
  port,
  readAll,
  readEnvironment,
  whole,
} from '../../environment/read-environment';
import { loadFile, resolveUsersModule } from '../../environment/users-module';
import type { PhoneSystem, PhoneSystemModule, PhoneSystemSettings } from '../phone-system';
import { routeSchema } from '../routes';
import { atLeast, least, secretOf } from '../secrets';

const limitMs = whole.pipe(z.number().min(1000).max(60_000));
const address = httpUrl.transform((url) => url.replace(/\/+$/, ''));
const proxy = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'each must be an address or a network, such as 10.0.0.0/8',
});
const webhookSecret = z
  .string()
  .regex(/^(whsec_)?[A-Za-z0-9+/]+={0,2}$/, 'each must be base64, with or without whsec_ before it')
  .min(least.webhook, `each ${atLeast(least.webhook)}`);

const environmentSchema = z
  .object({
    GATEWAY_HOST: z.string().default('127.0.0.1'),
    GATEWAY_PORT: port.default(8088),
    GATEWAY_PUBLIC_URL: address
      .refine((url) => !/[?#]/.test(url), 'must have no ? and no #: paths follow it')
      .optional(),
    GATEWAY_API_KEYS: list.pipe(z.array(secretOf(least.own))).default([]),
    GATEWAY_WEBHOOK_SECRETS: list.pipe(z.array(webhookSecret)).default([]),
    GATEWAY_WEBHOOK_TOLERANCE_S: whole.pipe(z.number().min(1).max(300)).optional(),
    GATEWAY_PHONE_SYSTEMS: list.default([]),
    GATEWAY_CALLER_SECRET: secretOf(least.own).optional(),
    GATEWAY_CALLER_WINDOW_MS: whole.pipe(z.number().min(1000)).default(600_000),
    GATEWAY_COUNTRY: countrySchema.default('US'),
    GATEWAY_TRANSPORT: transportTypeSchema.default('PHONE_NUMBER'),
    GATEWAY_FALLBACK_ROUTE: json.pipe(routeSchema).default({ type: 'QUEUE', queue: 'agents' }),
    GATEWAY_CONTINUE_URL: address.optional(),
    GATEWAY_REQUEST_LIMIT_MS: limitMs.optional(),
    GATEWAY_DISCONNECT_LIMIT_MS: limitMs.optional(),
    GATEWAY_BUSY_AFTER_MS: whole.pipe(z.number().min(100)).optional(),
    GATEWAY_BODY_LIMIT_BYTES: whole.pipe(z.number().min(1024)).optional(),
    GATEWAY_REQUESTS_PER_SECOND: whole.pipe(z.number().min(1)).optional(),
    GATEWAY_TRUSTED_PROXIES: list.pipe(z.array(proxy)).optional(),
    GATEWAY_LOG_LEVEL: logLevel.default('info'),
    GATEWAY_DRAIN_MS: whole.default(1000),
    GATEWAY_METRICS_ADDRESS: bindAddress.optional(),
    CALL_TRANSFER_TASK_QUEUE: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  })
  .refine(
    (set) =>
      [...set.GATEWAY_API_KEYS, ...set.GATEWAY_WEBHOOK_SECRETS, ...set.GATEWAY_PHONE_SYSTEMS].length > 0,
    {
      path: ['GATEWAY_API_KEYS'],
      error:
        'is missing, and so are GATEWAY_WEBHOOK_SECRETS and GATEWAY_PHONE_SYSTEMS: nobody would be let in',
    },
  )
  .refine((set) => set.GATEWAY_PHONE_SYSTEMS.length === 0 || set.GATEWAY_PUBLIC_URL !== undefined, {
    path: ['GATEWAY_PUBLIC_URL'],
    error: 'is missing: phone systems are told to call back there',
  })
  .refine((set) => set.GATEWAY_FALLBACK_ROUTE.type !== 'CONTINUE' || set.GATEWAY_CONTINUE_URL !== undefined, {
    path: ['GATEWAY_CONTINUE_URL'],
    error: 'is missing: GATEWAY_FALLBACK_ROUTE leads there',
  });

/**
 * Reads and checks the gateway's environment, and that of the phone systems that it names; besides it the gateway
 * reads what `@temporalio/envconfig` does.
 *
 * @throws EnvironmentError naming every mistake at once
 */
export async function readGatewayEnvironment(environment: NodeJS.ProcessEnv) {
  const set = readEnvironment(environmentSchema, environment);
  const publicUrl = set.GATEWAY_PUBLIC_URL ?? `http://${set.GATEWAY_HOST}:${set.GATEWAY_PORT}`;
  const { GATEWAY_FALLBACK_ROUTE: fallbackRoute, GATEWAY_COUNTRY: country } = set;
  const transport = { type: set.GATEWAY_TRANSPORT, country };
  const settings = { publicUrl, transport, fallbackRoute, continueUrl: set.GATEWAY_CONTINUE_URL };
  const phoneSystems = await readAll(
    ...set.GATEWAY_PHONE_SYSTEMS.map((name) => () => loadPhoneSystem(name, environment, settings)),
  );
  return {
    host: set.GATEWAY_HOST,
    port: set.GATEWAY_PORT,
    taskQueue: set.CALL_TRANSFER_TASK_QUEUE,
    /** How long the gateway goes on after SIGTERM while it says that it is not ready, milliseconds. */
    drainMs: set.GATEWAY_DRAIN_MS,
    /** Where Prometheus reads the metrics. */
    metricsAddress: set.GATEWAY_METRICS_ADDRESS,
    options: {
      publicUrl,
      phoneSystems,
      fallbackRoute,
      ...given({
        callerKey: callerKeyOf(set),
        apiKeys: set.GATEWAY_API_KEYS,
        webhookSecrets: set.GATEWAY_WEBHOOK_SECRETS,
        logLevel: set.GATEWAY_LOG_LEVEL,
        requestLimitMs: set.GATEWAY_REQUEST_LIMIT_MS,
        disconnectLimitMs: set.GATEWAY_DISCONNECT_LIMIT_MS,
        busyAfterMs: set.GATEWAY_BUSY_AFTER_MS,
        webhookToleranceSeconds: set.GATEWAY_WEBHOOK_TOLERANCE_S,
        bodyLimitBytes: set.GATEWAY_BODY_LIMIT_BYTES,
        requestsPerSecond: set.GATEWAY_REQUESTS_PER_SECOND,
        trustedProxies: set.GATEWAY_TRUSTED_PROXIES,
      }),
    },
  };
}

const callerKeyOf = (set: z.output<typeof environmentSchema>) =>
  set.GATEWAY_CALLER_SECRET === undefined
    ? undefined
    : { secret: set.GATEWAY_CALLER_SECRET, windowMs: set.GATEWAY_CALLER_WINDOW_MS };

/** The options that are set; the others keep their defaults. */
const given = <Options extends object>(options: Options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: NonNullable<Options[Name]>;
  };

async function loadPhoneSystem(
  name: string,
  environment: NodeJS.ProcessEnv,
  settings: PhoneSystemSettings,
): Promise<PhoneSystem> {
  try {
    return (await loadModule(name)).fromEnvironment(environment, settings);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const why = missingPackage(error) ?? (error as Error).message;
    throw new EnvironmentError([`GATEWAY_PHONE_SYSTEMS: ${name}: ${why}`]);
  }
}

/** A folder beside the gateway's own code, by its name, or else a module of the user's: a package, or a path from here. */
async function loadModule(name: string): Promise<PhoneSystemModule> {
  const folder = join(__dirname, '..', 'phone-systems');
  const known = readdirSync(folder);
  const file = known.includes(name) ? require.resolve(join(folder, name)) : findUsersModule(name, known);
  return (await loadFile(file)) as PhoneSystemModule;
}

function findUsersModule(name: string, known: readonly string[]): string {
  try {
    return resolveUsersModule(name);
  } catch {
    throw new Error(`is none of ${known.join(', ')}, and no module is found under this name`);
  }
}

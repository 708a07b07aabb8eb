import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { ceilingsSchema, type CeilingsOptions } from '../account/ceilings';
import type { HttpCallTransfersOptions } from '../asapp/http-call-transfers';
import { DEFAULT_TASK_QUEUE } from '../contract/names';
import { conversationSettingsSchema, type ConversationSettingsInput } from '../contract/settings';
import {
  bindAddress,
  EnvironmentError,
  json,
  mistakesIn,
  setVariables,
  whole,
} from '../environment/read-environment';
import { defaultRoutingPolicy } from '../routing/default-policy';
import type { RoutingPolicy } from '../routing/policy';
import { policyFromTable } from '../routing/table';
import { parseRoutingTable, RoutingTableError } from '../routing/table-file';

import { logLevels } from './log';

/** What the worker reads from its environment, besides what `@temporalio/envconfig` reads. */
export interface WorkerEnvironment {
  asapp: HttpCallTransfersOptions;
  taskQueue: string;
  routing: RoutingPolicy;
  settings: ConversationSettingsInput;
  /** Undefined where none is set. */
  ceilings: CeilingsOptions | undefined;
  /** How long calls' activities may go on after SIGTERM, milliseconds. */
  shutdownGraceMs: number;
  log: { format: 'text' | 'json'; level: (typeof logLevels)[number] };
  /** Where Prometheus reads the metrics. */
  metricsAddress: string | undefined;
  /** A file of `call-transfer-bundle`. */
  workflowBundle: string | undefined;
  /** What this worker is called among the versions of its deployment; undefined without Worker Versioning. */
  deploymentVersion: { deploymentName: string; buildId: string } | undefined;
}

const { shape: ceilings } = ceilingsSchema;

/** The conversation settings, as their own schema names their variables. */
const settingVariables = Object.entries(conversationSettingsSchema.shape).map(([name, setting]) => {
  const variable = setting.meta()?.['variable'];
  if (typeof variable !== 'string') throw new TypeError(`The setting ${name} names no variable`);
  const given: z.ZodType = setting.unwrap();
  return { name, variable, value: given instanceof z.ZodNumber ? whole.pipe(given) : json.pipe(given) };
});

const environmentSchema = z
  .object({
    ASAPP_API_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
    ASAPP_API_ID: z.string().min(1, 'must not be empty'),
    ASAPP_API_SECRET: z.string().min(1, 'must not be empty'),
    CALL_TRANSFER_TASK_QUEUE: z.string().min(1).default(DEFAULT_TASK_QUEUE),
    CALL_TRANSFER_ROUTING_FILE: z.string().optional(),
    ...Object.fromEntries(settingVariables.map(({ variable, value }) => [variable, value.optional()])),
    CALL_TRANSFER_MAX_CONCURRENT_CALLS: whole.pipe(ceilings.concurrentCalls.unwrap()).optional(),
    CALL_TRANSFER_MAX_REQUESTS_PER_SECOND: whole.pipe(ceilings.requestsPerSecond.unwrap()).optional(),
    CALL_TRANSFER_MAX_REQUESTS_PER_DAY: whole.pipe(ceilings.requestsPerDay.unwrap()).optional(),
    CALL_TRANSFER_ASAPP_ACCOUNT: ceilings.account.optional(),
    CALL_TRANSFER_SHUTDOWN_GRACE_MS: whole.default(10_000),
    CALL_TRANSFER_METRICS_ADDRESS: bindAddress.optional(),
    CALL_TRANSFER_LOG_FORMAT: z.enum(['text', 'json'], { error: 'must be text or json' }).default('text'),
    CALL_TRANSFER_LOG_LEVEL: z
      .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
      .default('INFO'),
    CALL_TRANSFER_WORKFLOW_BUNDLE: z.string().optional(),
    TEMPORAL_DEPLOYMENT_NAME: z.string().optional(),
    TEMPORAL_WORKER_BUILD_ID: z.string().optional(),
  })
  .superRefine((set, context) => {
    const names = ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'] as const;
    const missing = names.filter((name) => set[name] === undefined);
    if (missing.length !== 1) return;
    context.addIssue({
      code: 'custom',
      path: missing,
      message: 'is missing: Worker Versioning needs both names',
    });
  });

/**
 * Reads and checks the worker's environment.
 *
 * @throws EnvironmentError naming every mistake at once, with the variable, the place in the routing
 *   file, and the reason
 */
export function readWorkerEnvironment(environment: NodeJS.ProcessEnv): WorkerEnvironment {
  const mistakes: string[] = [];
  const result = environmentSchema.safeParse(setVariables(environment));
  if (!result.success) mistakes.push(...mistakesIn(result.error));
  const routing = readRouting(environment['CALL_TRANSFER_ROUTING_FILE'], mistakes);
  if (!result.success || routing === undefined) throw new EnvironmentError(mistakes);
  const { data } = result;
  return {
    asapp: { apiUrl: data.ASAPP_API_URL, apiId: data.ASAPP_API_ID, apiSecret: data.ASAPP_API_SECRET },
    taskQueue: data.CALL_TRANSFER_TASK_QUEUE,
    routing,
    settings: settingsIn(data),
    ceilings: ceilingsIn(data),
    shutdownGraceMs: data.CALL_TRANSFER_SHUTDOWN_GRACE_MS,
    log: { format: data.CALL_TRANSFER_LOG_FORMAT, level: data.CALL_TRANSFER_LOG_LEVEL },
    metricsAddress: data.CALL_TRANSFER_METRICS_ADDRESS,
    workflowBundle: data.CALL_TRANSFER_WORKFLOW_BUNDLE,
    deploymentVersion: versionIn(data),
  };
}

/** Each setting from its variable; what is not set has its default. */
const settingsIn = (data: Record<string, unknown>): ConversationSettingsInput =>
  Object.fromEntries(settingVariables.map(({ name, variable }) => [name, data[variable]]));

function versionIn({
  TEMPORAL_DEPLOYMENT_NAME: deploymentName,
  TEMPORAL_WORKER_BUILD_ID: buildId,
}: z.output<typeof environmentSchema>): WorkerEnvironment['deploymentVersion'] {
  return deploymentName === undefined || buildId === undefined ? undefined : { deploymentName, buildId };
}

function ceilingsIn({
  CALL_TRANSFER_ASAPP_ACCOUNT: account,
  CALL_TRANSFER_MAX_CONCURRENT_CALLS: concurrentCalls,
  CALL_TRANSFER_MAX_REQUESTS_PER_SECOND: requestsPerSecond,
  CALL_TRANSFER_MAX_REQUESTS_PER_DAY: requestsPerDay,
}: z.output<typeof environmentSchema>): CeilingsOptions | undefined {
  const isNone = [concurrentCalls, requestsPerSecond, requestsPerDay].every((set) => set === undefined);
  return isNone ? undefined : { account, concurrentCalls, requestsPerSecond, requestsPerDay };
}

function readRouting(file: string | undefined, mistakes: string[]): RoutingPolicy | undefined {
  if (file === undefined || file === '') return defaultRoutingPolicy;
  try {
    return policyFromTable(parseRoutingTable(readFileSync(file, 'utf8'), file));
  } catch (error) {
    if (error instanceof RoutingTableError) mistakes.push(...error.message.split('\n'));
    else
      mistakes.push(`CALL_TRANSFER_ROUTING_FILE: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

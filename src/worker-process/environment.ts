import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { ceilingsSchema, type CeilingsOptions } from '../account/ceilings';
import { sipLifetimeMs, sipUri } from '../asapp/http-call-transfers';
import { httpUrl } from '../contract/fields';
import { DEFAULT_TASK_QUEUE } from '../contract/names';
import { conversationSettingsSchema, type ConversationSettingsInput } from '../contract/settings';
import {
  bindAddress,
  EnvironmentError,
  json,
  mistakesIn,
  setVariables,
  warnOfPlainHttp,
  whole,
} from '../environment/read-environment';
import type { RoutingPolicy } from '../routing/policy';
import { defaultRoutingPolicy, policyFromTable } from '../routing/table';
import { parseRoutingTable, RoutingTableError } from '../routing/table-file';

import { logLevels } from './runtime';

/** The variables of settings, as their own schema names them; what is neither a number nor text is JSON there. */
const variablesOf = ({ shape }: { shape: Record<string, z.ZodType & { unwrap: () => unknown }> }) =>
  Object.entries(shape).map(([name, setting]) => {
    const variable = setting.meta()?.['variable'];
    if (typeof variable !== 'string') throw new TypeError(`The setting ${name} names no variable`);
    const given = setting.unwrap() as z.ZodType;
    if (given instanceof z.ZodString) return { name, variable, value: given };
    return { name, variable, value: given instanceof z.ZodNumber ? whole.pipe(given) : json.pipe(given) };
  });

const settings = variablesOf(conversationSettingsSchema);
const ceilings = variablesOf(ceilingsSchema);

const environmentSchema = z
  .object({
    ASAPP_API_URL: httpUrl,
    ASAPP_API_ID: z.string().min(1, 'must not be empty'),
    ASAPP_API_SECRET: z.string().min(1, 'must not be empty'),
    CALL_TRANSFER_SIP_URI: sipUri.optional(),
    CALL_TRANSFER_SIP_LIFETIME_MS: whole.pipe(sipLifetimeMs).optional(),
    CALL_TRANSFER_TASK_QUEUE: z.string().min(1).default(DEFAULT_TASK_QUEUE),
    ...Object.fromEntries(
      [...settings, ...ceilings].map(({ variable, value }) => [variable, value.optional()]),
    ),
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
 * Reads and checks the worker's environment, besides what `@temporalio/envconfig` reads.
 *
 * @throws EnvironmentError naming every mistake at once, with the variable, the place in the routing
 *   file, and the reason
 */
export function readWorkerEnvironment(environment: NodeJS.ProcessEnv) {
  const mistakes: string[] = [];
  const result = environmentSchema.safeParse(setVariables(environment));
  if (!result.success) mistakes.push(...mistakesIn(result.error));
  const routing = readRouting(environment['CALL_TRANSFER_ROUTING_FILE'], mistakes);
  if (!result.success || routing === undefined) throw new EnvironmentError(mistakes);
  const { data } = result;
  warnOfPlainHttp('ASAPP_API_URL', data.ASAPP_API_URL);
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = data;
  /** What is not set has its default. */
  const given = (variables: typeof settings): object =>
    Object.fromEntries(
      variables.map(({ name, variable }) => [name, (data as Record<string, unknown>)[variable]]),
    );
  const { account, ...limits }: CeilingsOptions = given(ceilings);
  const hasCeilings = Object.values(limits).some((limit) => limit !== undefined);
  return {
    asapp: {
      apiUrl: data.ASAPP_API_URL,
      apiId: data.ASAPP_API_ID,
      apiSecret: data.ASAPP_API_SECRET,
      sipUri: data.CALL_TRANSFER_SIP_URI,
      sipLifetimeMs: data.CALL_TRANSFER_SIP_LIFETIME_MS,
    },
    taskQueue: data.CALL_TRANSFER_TASK_QUEUE,
    routing,
    settings: given(settings) as ConversationSettingsInput,
    ...(hasCeilings ? { ceilings: { account, ...limits } } : {}),
    /** How long calls' activities may go on after SIGTERM, milliseconds. */
    shutdownGraceMs: data.CALL_TRANSFER_SHUTDOWN_GRACE_MS,
    log: { format: data.CALL_TRANSFER_LOG_FORMAT, level: data.CALL_TRANSFER_LOG_LEVEL },
    metricsAddress: data.CALL_TRANSFER_METRICS_ADDRESS,
    /** A file of `call-transfer-bundle`. */
    workflowBundle: data.CALL_TRANSFER_WORKFLOW_BUNDLE,
    /** What this worker is called among the versions of its deployment; undefined without Worker Versioning. */
    deploymentVersion: deploymentName && buildId ? { deploymentName, buildId } : undefined,
  };
}

function readRouting(file: string | undefined, mistakes: string[]): RoutingPolicy | undefined {
  if (file === undefined || file === '') return defaultRoutingPolicy;
  try {
    return policyFromTable(parseRoutingTable(readFileSync(file, 'utf8'), file));
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof RoutingTableError) mistakes.push(...message.split('\n'));
    else mistakes.push(`CALL_TRANSFER_ROUTING_FILE: ${message}`);
    return undefined;
  }
}

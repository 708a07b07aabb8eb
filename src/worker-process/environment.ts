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
  list,
  mistakesIn,
  setVariables,
  warnOfPlainHttp,
  whole,
} from '../environment/read-environment';
import { eventsOptionsSchema, type EventsOptions } from '../events/receiver';
import type { RoutingPolicy } from '../routing/policy';
import { defaultRoutingPolicy, policyFromTable, type RoutingTable } from '../routing/table';
import { parseRoutingTable, RoutingTableError } from '../routing/table-file';

import { admissionFromFile, shareSchema, type Admission, type ReadAdmission } from './admission';
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
    CALL_TRANSFER_ENABLED: z.enum(['true', 'false'], { error: 'must be true or false' }).default('true'),
    CALL_TRANSFER_SHARE: z.string().transform(Number).pipe(shareSchema).default(100),
    CALL_TRANSFER_EVENTS_URL: eventsOptionsSchema.shape.url.optional(),
    CALL_TRANSFER_EVENTS_SECRETS: list.pipe(eventsOptionsSchema.shape.secrets).optional(),
    CALL_TRANSFER_EVENTS_VARIABLES: list.default([]),
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
  .refine(
    (set) => set.CALL_TRANSFER_EVENTS_URL === undefined || set.CALL_TRANSFER_EVENTS_SECRETS !== undefined,
    {
      path: ['CALL_TRANSFER_EVENTS_SECRETS'],
      error: 'is missing: events are signed with it',
    },
  )
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
  const admission = readAdmission(environment['CALL_TRANSFER_ADMISSION_FILE'], result.data, mistakes);
  if (!result.success || routing === undefined || mistakes.length > 0) throw new EnvironmentError(mistakes);
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
    ...routing,
    admission,
    ...eventsOf(data),
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

/** Who is told of conversations that are over. */
function eventsOf(set: z.output<typeof environmentSchema>): { events?: EventsOptions } {
  const { CALL_TRANSFER_EVENTS_URL: url, CALL_TRANSFER_EVENTS_SECRETS: secrets } = set;
  if (url === undefined || secrets === undefined) return {};
  warnOfPlainHttp('CALL_TRANSFER_EVENTS_URL', url);
  return { events: { url, secrets, variables: set.CALL_TRANSFER_EVENTS_VARIABLES } };
}

function readAdmission(
  file: string | undefined,
  set: z.output<typeof environmentSchema> | undefined,
  mistakes: string[],
): Admission | ReadAdmission {
  const otherwise = {
    enabled: set?.CALL_TRANSFER_ENABLED !== 'false',
    share: set?.CALL_TRANSFER_SHARE ?? 100,
  };
  if (file === undefined || file === '') return otherwise;
  try {
    return admissionFromFile(file, otherwise);
  } catch (error) {
    mistakes.push(`CALL_TRANSFER_ADMISSION_FILE: ${(error as Error).message}`);
    return otherwise;
  }
}

/** The policy and, if a file has it, its table. */
function readRouting(
  file: string | undefined,
  mistakes: string[],
): { routing: RoutingPolicy; routingTable?: RoutingTable } | undefined {
  if (file === undefined || file === '') return { routing: defaultRoutingPolicy };
  try {
    const routingTable = parseRoutingTable(readFileSync(file, 'utf8'), file);
    return { routing: policyFromTable(routingTable), routingTable };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof RoutingTableError) mistakes.push(...message.split('\n'));
    else mistakes.push(`CALL_TRANSFER_ROUTING_FILE: ${message}`);
    return undefined;
  }
}

/** Looks at a set-up from where it runs: its settings, Temporal, who works for it, ASAPP and the gateway. */
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

import { readGatewayEnvironment } from '../call-control/gateway/environment';
import { readEncryption } from '../codec/environment';
import { DEFAULT_TASK_QUEUE } from '../contract/names';
import { EnvironmentError, setVariables } from '../environment/read-environment';
import { readWorkerEnvironment } from '../worker-process/environment';
import { readTemporalEnvironment } from '../worker-process/temporal-environment';

import { checkAsapp } from './asapp-check';
import { Check, type Finding } from './finding';
import { checkGateway } from './gateway-check';
import { judgeLatency, measureLatency } from './latency-check';
import {
  checkAttributes,
  checkNamespace,
  checkPartitions,
  checkPollers,
  isCloud,
  whyOf,
  type Place,
} from './temporal-checks';
import { checkWorker } from './worker-check';

const CONNECT_LIMIT_MS = 3000;
const REQUEST_LIMIT_MS = 12_000;
const MEASURE_LIMIT_MS = 30_000;

type Temporal = ReturnType<typeof readTemporalEnvironment>;
type Encryption = Awaited<ReturnType<typeof readEncryption>>;

/**
 * @param environment - as the worker and the gateway have it
 * @param told - gets the findings of each check once it is done
 */
export async function diagnose(
  environment: NodeJS.ProcessEnv,
  told: (findings: readonly Finding[]) => void = () => undefined,
): Promise<Finding[]> {
  const all: Finding[] = [];
  const tell = (...checks: Check[]) => {
    const findings = checks.flatMap((check) => check.findings);
    all.push(...findings);
    told(findings);
  };
  const { settings, worker, temporal, encryption, gateway } = await readSettings(environment);
  tell(settings);
  const taskQueue =
    worker?.taskQueue ?? setVariables(environment)['CALL_TRANSFER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  await Promise.all([
    worker && checkAsapp(worker.asapp).then(tell),
    gateway && checkGateway(gateway.options).then(tell),
    temporal && lookAtTemporal(temporal, taskQueue, encryption, tell),
  ]);
  return all;
}

/** Everything that can be read of the environment. What cannot is a finding, and is not looked at any further. */
async function readSettings(environment: NodeJS.ProcessEnv) {
  const settings = new Check('settings');
  const read = async <T>(reading: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await reading();
    } catch (error) {
      const mistakes = error instanceof EnvironmentError ? error.mistakes : [(error as Error).message];
      for (const mistake of mistakes)
        settings.problem(mistake, 'docs/operations.md and docs/gateway.md list them');
      return undefined;
    }
  };
  const isSet = ([name, value]: [string, unknown]) => name.startsWith('GATEWAY_') && value !== '';
  const parts = {
    worker: await read(() => readWorkerEnvironment(environment)),
    temporal: await read(() => readTemporalEnvironment(environment)),
    encryption: await read(() => readEncryption(environment)),
    gateway: Object.entries(environment).some(isSet)
      ? await read(() => readGatewayEnvironment(environment))
      : undefined,
  };
  if (settings.findings.length === 0) {
    const encrypted =
      parts.encryption === undefined ? 'payloads are not encrypted' : 'payloads are encrypted';
    const gateway = parts.gateway === undefined ? 'no gateway is configured here' : 'with a gateway';
    settings.ok(`all can be read; ${encrypted}; ${gateway}`);
  }
  return { settings, ...parts };
}

async function lookAtTemporal(
  { connectionOptions, namespace }: Temporal,
  taskQueue: string,
  encryption: Encryption,
  tell: (...checks: Check[]) => void,
): Promise<void> {
  const { address } = connectionOptions;
  const reached = new Check('Temporal');
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_LIMIT_MS });
  } catch (error) {
    const why = (error as Error).message;
    const advice =
      'TEMPORAL_ADDRESS, TEMPORAL_TLS…, TEMPORAL_API_KEY: start the server, or check where it is';
    tell(reached.problem(`${address} cannot be reached: ${why}`, advice));
    return;
  }
  tell(reached.ok(`${address} answers`));
  const place = { connection, namespace, taskQueue };
  const look = async (name: string, check: (place: Place) => Promise<Check>): Promise<Check> => {
    let found: Check;
    try {
      found = await connection.withDeadline(Date.now() + REQUEST_LIMIT_MS, () => check(place));
    } catch (error) {
      found = new Check(name).skipped(`Temporal does not say: ${whyOf(error)}`);
    }
    tell(found);
    return found;
  };
  try {
    if (hasProblem(await look('namespace', checkNamespace))) return;
    const [pollers] = await Promise.all([
      look('task queue', checkPollers),
      look('search attributes', checkAttributes),
      isCloud(address) || look('partitions', checkPartitions),
    ]);
    if (!hasProblem(pollers)) await look('worker', (where) => checkWorker(where, encryption));
    const connect = () => NativeConnection.connect(connectionOptions);
    const measured = await connection.withDeadline(Date.now() + MEASURE_LIMIT_MS, () =>
      measureLatency(place, connect),
    );
    tell(...judgeLatency(measured, address));
  } catch (error) {
    tell(new Check('dispatch').skipped(`it could not be measured: ${(error as Error).message}`));
  } finally {
    await connection.close();
  }
}

const hasProblem = ({ findings }: Check): boolean => findings.some(({ status }) => status === 'PROBLEM');

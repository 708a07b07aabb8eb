/**
 * `npm start`: Temporal with its Web UI, a stand-in for ASAPP, a worker, the gateway, and calls that show what happens.
 *
 * With `CALL_TRANSFER_ENCRYPTION_KEYS` payloads are encrypted, as they are in production.
 *
 * `--once` ends after the calls: with 0 where each got the decision that it should. `TEMPORAL_ADDRESS` names a
 * server to use instead; `ASAPP_API_ID` and `ASAPP_API_SECRET` mean the real ASAPP.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

import { readEncryption } from '../lib/codec/environment';
import {
  CallTransferClient,
  DEFAULT_TASK_QUEUE,
  registerSearchAttributes,
  searchAttributeKeys,
  type RoutingDecision,
} from '../lib/index';
import { Sandbox } from '../lib/sandbox';

import { asappEnvironment } from './demo/asapp-environment';
import { demoCalls, outage, type DemoCall, type DemoGateway, type Stage } from './demo/calls';
import { GatewayProcess } from './demo/gateway-process';
import { WorkerProcess } from './demo/worker-process';
import { TemporalServer } from './temporal-server';

/** Numbers of the stand-in last so long that a demonstration can wait for the expiry, and dialling is still possible. */
const NUMBER_TTL_MS = 20_000;
/** Where the stand-in would be over SIP; nobody dials it. */
const SIP_URI = 'sip:transfers@sip.example.com';
const REAL_ASAPP_URL = 'https://api.sandbox.asapp.com';

/** The database file and the worker's log. */
const FOLDER = join(__dirname, '..', '.cache', 'demo');

/** What was started, to be ended in the opposite order. */
const running: (() => Promise<void>)[] = [];

const startedAt = Date.now();

function tell(call: string, step: string, detail = ''): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(2).padStart(7);
  console.log(`${seconds} s  ${call.padEnd(17)} ${step.padEnd(34)} ${detail}`);
}

async function main(): Promise<void> {
  const once = process.argv.includes('--once');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  mkdirSync(FOLDER, { recursive: true });
  const uiUrl = await startTemporal();
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  running.push(() => connection.close());
  await registerSearchAttributes(connection, namespace).catch(() => {
    tell('', 'no search attributes', 'the server does not let us register them; calls work without');
  });
  const { sandbox, environment } = await startAsapp();
  const taskQueue = process.env['CALL_TRANSFER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  const logFile = join(FOLDER, 'worker.log');
  const worker = await WorkerProcess.start(environment, connection, { namespace, taskQueue, logFile });
  running.push(() => worker.stop());
  tell('', 'the worker is ready', `task queue ${taskQueue}, log in ${relative(process.cwd(), logFile)}`);

  const gateway = await startGateway();

  const dataConverter = await readEncryption(process.env);
  const temporal = new Client({
    connection,
    namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
  });
  const client = new CallTransferClient(temporal, { taskQueue });
  const isRight = await Promise.race([demonstrate(client, gateway, sandbox), stopped.then(() => true)]);
  if (uiUrl !== undefined) console.log(`\nThe Web UI: ${uiUrl}`);
  console.log(`The gateway: ${gateway.url}, described at ${gateway.url}/openapi.json`);
  console.log(`  Authorization: Bearer ${gateway.apiKey}`);
  console.log(`  secret of signed leg events: ${gateway.webhookSecret}`);
  if (once) {
    process.exitCode = isRight ? 0 : 1;
    return;
  }
  console.log('Everything stays up until Ctrl+C.');
  await stopped;
}

/** Answers the Web UI's address, where it is known. */
async function startTemporal(): Promise<string | undefined> {
  if (process.env['TEMPORAL_ADDRESS'] !== undefined) return undefined;
  const server = await TemporalServer.start({
    uiPort: 'free',
    dbFilename: join(FOLDER, 'temporal.db'),
    searchAttributes: searchAttributeKeys,
  });
  running.push(() => server.stop());
  process.env['TEMPORAL_ADDRESS'] = server.address;
  tell('', 'Temporal is ready', `${server.address}, Web UI ${server.uiUrl ?? ''}`);
  return server.uiUrl;
}

async function startAsapp(): Promise<{ sandbox: Sandbox | undefined; environment: Record<string, string> }> {
  if (process.env['ASAPP_API_ID'] && process.env['ASAPP_API_SECRET']) {
    const apiUrl = process.env['ASAPP_API_URL'] ?? REAL_ASAPP_URL;
    tell('', 'the real ASAPP', apiUrl);
    return { sandbox: undefined, environment: { ASAPP_API_URL: apiUrl } };
  }
  const sandbox = await Sandbox.start({ numberTtlMs: NUMBER_TTL_MS });
  running.push(() => sandbox.close());
  tell('', 'the stand-in for ASAPP is ready', sandbox.asapp.apiUrl);
  const environment = { ...asappEnvironment(sandbox.asapp), CALL_TRANSFER_SIP_URI: SIP_URI };
  return { sandbox, environment };
}

const firstOf = (variable: string) => process.env[variable]?.split(',')[0];

/** The gateway, with a key and a secret of this run where the environment has none. */
async function startGateway(): Promise<DemoGateway> {
  const apiKey = firstOf('GATEWAY_API_KEYS') ?? randomBytes(16).toString('hex');
  const webhookSecret = firstOf('GATEWAY_WEBHOOK_SECRETS') ?? randomBytes(24).toString('base64');
  const logFile = join(FOLDER, 'gateway.log');
  const gateway = await GatewayProcess.start(
    { GATEWAY_API_KEYS: apiKey, GATEWAY_WEBHOOK_SECRETS: webhookSecret },
    { logFile },
  );
  running.push(() => gateway.stop());
  tell('', 'the gateway is ready', `${gateway.url}, log in ${relative(process.cwd(), logFile)}`);
  return { url: gateway.url, apiKey, webhookSecret };
}

/** Answers whether each call got the decision that it should. */
async function demonstrate(
  client: CallTransferClient,
  gateway: DemoGateway,
  sandbox: Sandbox | undefined,
): Promise<boolean> {
  const run = startedAt.toString(36);
  if (sandbox === undefined) return await requestRealNumber(client, run);
  const stage: Stage = { client, gateway, sandbox, run, tell };
  const play = async (call: DemoCall) => ({ call, decision: await call.play(stage, call.name) });
  const together = demoCalls.map(play);
  // The outage strikes everybody who requests a number: it comes when the others have theirs.
  await Promise.all(together.filter((_, index) => demoCalls[index]?.expected !== 'NUMBER_EXPIRED'));
  const results = [await play(outage), ...(await Promise.all(together))];
  console.log('\nDecisions');
  console.table(results.map(({ call, decision }) => row(call, decision)));
  return results.every(({ call, decision }) => decision.outcome === call.expected);
}

const row = ({ name, expected }: DemoCall, { outcome, fallback, reason, legs, route }: RoutingDecision) => ({
  call: name,
  expected,
  outcome,
  right: outcome === expected,
  fallback,
  reason: reason ?? '',
  legs: legs.length,
  route: JSON.stringify(route),
});

/** Without a phone system there is nobody to dial: one number is requested and given back at once. */
async function requestRealNumber(client: CallTransferClient, run: string): Promise<boolean> {
  const conversationId = `real-${run}`;
  const step = await client.requestTransfer({
    conversationId,
    transferId: `${conversationId}-a`,
    country: 'US',
  });
  tell(
    conversationId,
    step.action === 'DIAL' ? 'ASAPP gave a number' : `is decided: ${step.decision.outcome}`,
  );
  tell(conversationId, 'no phone system is here', 'the other demonstration calls need the stand-in');
  if (step.action !== 'DIAL') return false;
  await client.reportDisconnect(conversationId, {
    transferId: step.leg.transferId,
    by: 'CUSTOMER',
    cause: 'CANCELLED',
  });
  return true;
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(async () => {
    for (const stop of running.reverse()) await stop().catch(() => undefined);
  });

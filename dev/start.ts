/**
 * `npm start`: Temporal with its Web UI, a stand-in for ASAPP, a worker, the gateway, and calls that show what happens.
 *
 * With `CALL_TRANSFER_ENCRYPTION_KEYS` payloads are encrypted, as they are in production.
 *
 * `--once` ends after the calls: with 0 where each got the decision that it should. `TEMPORAL_ADDRESS` names a
 * server to use instead; `ASAPP_API_ID` and `ASAPP_API_SECRET` mean the real ASAPP.
 */
import { join, relative } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

import { readEncryption } from '../lib/codec/environment';
import {
  CallTransferClient,
  DEFAULT_TASK_QUEUE,
  registerSearchAttributes,
  searchAttributeKeys,
} from '../lib/index';
import { Sandbox } from '../lib/sandbox';

import { asappEnvironment } from './demo/asapp-environment';
import { demoCalls, outage, type DemoCall, type DemoGateway, type Stage } from './demo/calls';
import { GatewayProcess } from './demo/gateway-process';
import { keptAccess, ownFolder, type DemoFolder } from './demo/own-folder';
import { printAccess, printDecisions, tell } from './demo/printed';
import { requestRealNumber } from './demo/real-asapp';
import { WorkerProcess } from './demo/worker-process';
import { preferredPort } from './free-port';
import { TemporalServer } from './temporal-server';

/** Where everything is to be found again at the next start, unless another program is there. */
const ports = { temporal: 7233, webUi: 8233, gateway: 8088, sandbox: 8080 };

/** Numbers of the stand-in last so long that a demonstration can wait for the expiry, and dialling is still possible. */
const NUMBER_TTL_MS = 20_000;
/** Where the stand-in would be over SIP; nobody dials it. */
const SIP_URI = 'sip:transfers@sip.example.com';
const REAL_ASAPP_URL = 'https://api.sandbox.asapp.com';
const CONNECT_LIMIT_MS = 10_000;

/** What was started, to be ended in the opposite order. */
const running: (() => Promise<void> | void)[] = [];

async function main(once: boolean): Promise<void> {
  const folder = ownFolder(join(__dirname, '..', '.cache', 'demo'));
  running.push(folder.release);
  if (!folder.isKept) tell('', 'another one runs', 'this one leaves nothing behind');
  const webUi = await startTemporal(folder);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_LIMIT_MS });
  running.push(() => connection.close());
  await registerSearchAttributes(connection, namespace).catch(() => {
    tell('', 'no search attributes', 'the server does not let us register them');
  });
  const { sandbox, environment } = await startAsapp();
  const taskQueue = process.env['CALL_TRANSFER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  const logFile = join(folder.path, 'worker.log');
  tell('', 'the worker starts', 'it bundles the workflows, which takes seconds');
  const worker = await WorkerProcess.start(environment, connection, { namespace, taskQueue, logFile });
  running.push(() => worker.stop());
  tell('', 'the worker is ready', `its log: ${relative(process.cwd(), logFile)}`);
  const gateway = await startGateway(folder);

  const dataConverter = await readEncryption(process.env);
  const temporal = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  const client = new CallTransferClient(temporal, { taskQueue });
  const isRight = await demonstrate(client, gateway, sandbox);
  if (once) {
    process.exitCode = isRight ? 0 : 1;
    return;
  }
  const { TEMPORAL_ADDRESS: address = '' } = process.env;
  printAccess({ temporal: address, webUi, gateway, sandbox: sandbox?.asapp.apiUrl });
  console.log('\nEverything stays up until Ctrl+C.');
  await stopped;
}

/** Answers the Web UI's address, where it is known. */
async function startTemporal(folder: DemoFolder): Promise<string | undefined> {
  if (process.env['TEMPORAL_ADDRESS'] !== undefined) return undefined;
  tell('', 'Temporal starts', 'the first time its programs are downloaded');
  const server = await TemporalServer.start({
    port: await preferredPort(ports.temporal),
    uiPort: await preferredPort(ports.webUi),
    dbFilename: join(folder.path, 'temporal.db'),
    searchAttributes: searchAttributeKeys,
  });
  running.push(() => server.stop());
  process.env['TEMPORAL_ADDRESS'] = server.address;
  tell('', 'Temporal is ready', `${server.address}, Web UI ${server.uiUrl ?? ''}`);
  await endEarlierCalls(server.address);
  return server.uiUrl;
}

/** Calls that an earlier demonstration left open have nobody on the line any more. */
async function endEarlierCalls(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection });
    for await (const { workflowId } of workflow.list({ query: "ExecutionStatus = 'Running'" }))
      await workflow.getHandle(workflowId).terminate('The demonstration was started again');
  } finally {
    await connection.close();
  }
}

async function startAsapp(): Promise<{ sandbox: Sandbox | undefined; environment: Record<string, string> }> {
  if (process.env['ASAPP_API_ID'] && process.env['ASAPP_API_SECRET']) {
    const apiUrl = process.env['ASAPP_API_URL'] ?? REAL_ASAPP_URL;
    tell('', 'the real ASAPP', apiUrl);
    return { sandbox: undefined, environment: { ASAPP_API_URL: apiUrl } };
  }
  const sandbox = await Sandbox.start({
    port: await preferredPort(ports.sandbox),
    numberTtlMs: NUMBER_TTL_MS,
  });
  running.push(() => sandbox.close());
  tell('', "ASAPP's stand-in", `is ready at ${sandbox.asapp.apiUrl}`);
  return { sandbox, environment: { ...asappEnvironment(sandbox.asapp), CALL_TRANSFER_SIP_URI: SIP_URI } };
}

const firstOf = (variable: string) => process.env[variable]?.split(',')[0];

/** The gateway, with a key and a secret that are kept where the environment has none. */
async function startGateway({ path }: DemoFolder): Promise<DemoGateway> {
  const kept = keptAccess(path);
  const apiKey = firstOf('GATEWAY_API_KEYS') ?? kept.apiKey;
  const webhookSecret = firstOf('GATEWAY_WEBHOOK_SECRETS') ?? kept.webhookSecret;
  const logFile = join(path, 'gateway.log');
  process.env['GATEWAY_PORT'] ??= String(await preferredPort(ports.gateway));
  const gateway = await GatewayProcess.start(
    { GATEWAY_API_KEYS: apiKey, GATEWAY_WEBHOOK_SECRETS: webhookSecret },
    { logFile },
  );
  running.push(() => gateway.stop());
  tell('', 'the gateway is ready', `${gateway.url}, log: ${relative(process.cwd(), logFile)}`);
  return { url: gateway.url, apiKey, webhookSecret };
}

/** Answers whether each call got the decision that it should. */
async function demonstrate(
  client: CallTransferClient,
  gateway: DemoGateway,
  sandbox: Sandbox | undefined,
): Promise<boolean> {
  const run = Date.now().toString(36);
  if (sandbox === undefined) return await requestRealNumber(client, run, tell);
  const stage: Stage = { client, gateway, sandbox, run, tell };
  const play = async (call: DemoCall) => ({ call, decision: await call.play(stage, call.name) });
  const together = demoCalls.map(play);
  // The outage strikes everybody who requests a number: it comes when the others have theirs.
  await Promise.all(together.filter((_, index) => demoCalls[index]?.expected !== 'NUMBER_EXPIRED'));
  const played = [await play(outage), ...(await Promise.all(together))];
  printDecisions(played);
  return played.every(({ call, decision }) => decision.outcome === call.expected);
}

/** Ctrl+C, at any time. */
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      resolve();
    });
  }
});
let isStopped = false;
void stopped.then(() => {
  isStopped = true;
});

/** What fails after Ctrl+C fails because of it. */
const demonstration = main(process.argv.includes('--once')).catch((error: unknown) => {
  if (isStopped) return;
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

Promise.race([demonstration, stopped])
  .then(async () => {
    for (const stop of running.reverse()) await Promise.resolve(stop()).catch(() => undefined);
    process.exit();
  })
  .catch(console.error);

/**
 * `npm run bench`: what the package adds to a call, against the floor, on the same server, in the same run.
 *
 * Calls of all contestants take turns in random order, so that the machine's moods strike all alike. Ratios
 * are of medians and of 99th percentiles; single figures say nothing about another machine.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';

import { TemporalServer } from '../dev/temporal-server';
import { CallTransferPlugin } from '../lib/index';
import { Sandbox } from '../lib/sandbox';

import { floorActivities } from './floor-activities';
import { comparison, type Measured } from './measured';

interface Contestant extends Measured {
  workflowType: string;
  taskQueue: string;
  events: number;
}

const CALLS = Number(process.env['BENCH_CALLS'] ?? 200);
const WARM_UP = 20;

async function main(): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }) } },
  });
  const server = await TemporalServer.start({});
  const sandbox = await Sandbox.start({ poolSize: 100_000 });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const workers = await startWorkers(nativeConnection, sandbox);
  const running = workers.map((worker) => worker.run());
  try {
    const contestants = await compete(new Client({ connection }), sandbox);
    print(contestants);
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await nativeConnection.close();
    await sandbox.close();
    await server.stop();
  }
}

async function startWorkers(connection: NativeConnection, sandbox: Sandbox): Promise<Worker[]> {
  return [
    await Worker.create({
      connection,
      taskQueue: 'call-transfer',
      plugins: [new CallTransferPlugin({ asapp: sandbox.asapp })],
    }),
    await Worker.create({
      connection,
      taskQueue: 'floor',
      workflowsPath: require.resolve('./floor-workflows'),
      activities: floorActivities(sandbox.asapp),
    }),
  ];
}

async function compete(client: Client, sandbox: Sandbox): Promise<Map<string, Contestant>> {
  const contestant = (workflowType: string, taskQueue: string): Contestant => ({
    workflowType,
    taskQueue,
    number: [],
    decision: [],
    events: 0,
  });
  const contestants = new Map([
    ['call transfer', contestant('callTransferWorkflow', 'call-transfer')],
    ['floor, local activities', contestant('floorLocal', 'floor')],
    ['floor, regular activities', contestant('floorRegular', 'floor')],
  ]);
  for (let call = 0; call < WARM_UP + CALLS; call++) {
    const order = [...contestants.values()].sort(() => Math.random() - 0.5);
    for (const each of order) await oneCall(client, sandbox, each, call >= WARM_UP);
  }
  return contestants;
}

/** One happy leg: a number, a connect, a hangup by GenerativeAgent, a decision. */
async function oneCall(
  client: Client,
  sandbox: Sandbox,
  contestant: Contestant,
  counts: boolean,
): Promise<void> {
  const { workflowType, taskQueue } = contestant;
  const conversationId = randomUUID();
  const transferId = `${conversationId}-a`;
  const workflowId = `call-transfer/${conversationId}`;
  const input = { conversationId, transferId, country: 'US' };

  const asked = performance.now();
  await client.workflow.executeUpdateWithStart('requestTransfer', {
    args: [{ transferId }],
    startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
      workflowId,
      taskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
    }),
  });
  const answered = performance.now();

  const handle = client.workflow.getHandle(workflowId);
  const transfer = sandbox.exchange.transfers.get(transferId);
  sandbox.exchange.callArrives(transfer?.transferNumber ?? '');
  await handle.signal('connected', { transferId });
  await sleep(50);
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', transferVariables: { reason: 'billing' } });

  const reported = performance.now();
  await handle.executeUpdate('reportDisconnect', { args: [{ transferId, by: 'GENERATIVE_AGENT' }] });
  const decided = performance.now();
  await handle.result();
  if (!counts) return;
  contestant.number.push(answered - asked);
  contestant.decision.push(decided - reported);
  if (contestant.events === 0) contestant.events = (await handle.fetchHistory()).events?.length ?? 0;
}

function print(contestants: Map<string, Contestant>): void {
  const floor = contestants.get('floor, local activities');
  if (floor === undefined) return;
  const rows = [...contestants].map(([name, contestant]) => ({
    '': name,
    ...comparison(contestant, floor),
    'history events': contestant.events,
  }));
  console.log(`${CALLS} calls of each, one at a time; × is the ratio to the floor with local activities`);
  console.table(rows);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

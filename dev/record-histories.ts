/**
 * Records histories for the replay tests: `npx tsx dev/record-histories.ts`.
 *
 * One file for each behaviour, `test/replay/histories/release-1/<behaviour>.json`: the workflow id and the history of every
 * workflow that took part. A file that is there is kept: a history stands for the release that recorded it. To
 * record one again, delete it or name its behaviour as an argument.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { NativeConnection, Worker } from '@temporalio/worker';

import { eventWorkflowId } from '../src/events/messages';
import {
  CallTransferClient,
  CallTransferPlugin,
  conversationWorkflowId,
  legWorkflowId,
  registerSearchAttributes,
  type CallTransferPluginOptions,
} from '../src/index';
import { Sandbox, type SandboxOptions } from '../src/sandbox';

import { TemporalServer } from './temporal-server';

interface Stage {
  client: CallTransferClient;
  temporal: Client;
  sandbox: Sandbox;
}

interface Behaviour {
  name: string;
  sandbox?: SandboxOptions;
  /** Of the worker, besides where ASAPP is. `receiver` is somebody who takes every event. */
  options?: (receiver: string) => Partial<Omit<CallTransferPluginOptions, 'asapp'>>;
  /** ASAPP's SIP address. */
  sipUri?: string;
  /** Plays a call, under the behaviour's name as its conversation id. Answers the ids of further workflows. */
  play: (stage: Stage, conversationId: string) => Promise<string[]>;
}

const projectRoot = join(__dirname, '..');
const folder = join(projectRoot, 'test', 'replay', 'histories', 'release-1');

async function dial({ client }: Stage, conversationId: string, leg: string) {
  const transferId = `${conversationId}-${leg}`;
  const step = await client.requestTransfer({ conversationId, transferId, country: 'US' });
  if (step.action === 'DIAL' && step.leg.type === 'PHONE_NUMBER') return step.leg;
  throw new Error(`${conversationId}: expected a number, got ${JSON.stringify(step)}`);
}

async function connect(stage: Stage, conversationId: string, leg: string): Promise<string> {
  const { transferId, transferNumber } = await dial(stage, conversationId, leg);
  stage.sandbox.exchange.callArrives(transferNumber);
  await stage.client.reportConnected(conversationId, { transferId });
  return transferId;
}

async function endByAi(
  { client, sandbox }: Stage,
  conversationId: string,
  transferId: string,
): Promise<void> {
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
  await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
}

async function hangUp({ client, sandbox }: Stage, conversationId: string, transferId: string): Promise<void> {
  sandbox.exchange.callerHangsUp(transferId);
  await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
}

async function callFromStartToEnd(stage: Stage, conversationId: string): Promise<string[]> {
  await endByAi(stage, conversationId, await connect(stage, conversationId, 'a'));
  return [];
}

const behaviours: Behaviour[] = [
  { name: 'happy-leg', play: callFromStartToEnd },
  {
    name: 'reconnection',
    play: async (stage, conversationId) => {
      await hangUp(stage, conversationId, await connect(stage, conversationId, 'a'));
      const again = await connect(stage, conversationId, 'b');
      await endByAi(stage, conversationId, again);
      return [legWorkflowId(conversationId, again)];
    },
  },
  {
    name: 'expired-number',
    options: () => ({ settings: { dialMarginMs: 500, reconnectWindowMs: { NUMBER_EXPIRED: 0 } } }),
    sandbox: { numberTtlMs: 1500 },
    play: async (stage, conversationId) => {
      await dial(stage, conversationId, 'a');
      return [];
    },
  },
  {
    name: 'asapp-outage-with-retries',
    play: async (stage, conversationId) => {
      const outage = { times: 2, effect: { kind: 'status', status: 503 } } as const;
      stage.sandbox.fail({ method: 'POST', ...outage }, { method: 'GET', ...outage });
      return await callFromStartToEnd(stage, conversationId);
    },
  },
  {
    name: 'slow-asapp',
    play: async (stage, conversationId) => {
      stage.sandbox.fail({ times: 2, effect: { kind: 'latency', ms: 1000 } });
      return await callFromStartToEnd(stage, conversationId);
    },
  },
  {
    name: 'cancelled-call',
    play: async (stage, conversationId) => {
      await connect(stage, conversationId, 'a');
      await stage.temporal.workflow.getHandle(conversationWorkflowId(conversationId)).cancel();
      return [];
    },
  },
  {
    name: 'customer-left-while-requesting',
    options: () => ({ settings: { reconnectWindowMs: { CUSTOMER_HUNG_UP: 0 } } }),
    play: async (stage, conversationId) => {
      stage.sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 1500 } });
      const transferId = `${conversationId}-a`;
      const asked = stage.client.requestTransfer({ conversationId, transferId, country: 'US' });
      await sleep(500);
      await stage.client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
      await asked;
      return [];
    },
  },
  {
    name: 'child-leg-terminated',
    play: async (stage, conversationId) => {
      await hangUp(stage, conversationId, await connect(stage, conversationId, 'a'));
      const later = await connect(stage, conversationId, 'b');
      await stage.temporal.workflow.getHandle(legWorkflowId(conversationId, later)).terminate();
      await sleep(500);
      await endByAi(stage, conversationId, later);
      return [];
    },
  },
  {
    name: 'fresh-number-after-a-failed-dial',
    options: () => ({
      routing: ({ outcome }) => ({ route: 'agents', redial: outcome === 'DIAL_FAILED' }),
    }),
    play: async (stage, conversationId) => {
      const { transferId } = await dial(stage, conversationId, 'a');
      const step = await stage.client.reportDisconnect(conversationId, { transferId, cause: 'BUSY' });
      if (step.action !== 'DIAL' || step.leg.type !== 'PHONE_NUMBER')
        throw new Error('Expected a fresh number');
      stage.sandbox.exchange.callArrives(step.leg.transferNumber);
      await stage.client.reportConnected(conversationId, step.leg);
      await endByAi(stage, conversationId, step.leg.transferId);
      return [legWorkflowId(conversationId, step.leg.transferId)];
    },
  },
  {
    name: 'continued-as-new',
    options: () => ({ settings: { maxLegsPerRun: 2 } }),
    play: async (stage, conversationId) => {
      await hangUp(stage, conversationId, await connect(stage, conversationId, 'a'));
      const handle = stage.temporal.workflow.getHandle(conversationWorkflowId(conversationId));
      const { runId } = await handle.describe();
      await hangUp(stage, conversationId, await connect(stage, conversationId, 'b'));
      // Before the next request comes, or the run goes on with that leg.
      while ((await handle.describe()).runId === runId) await sleep(100);
      const last = await connect(stage, conversationId, 'c');
      await endByAi(stage, conversationId, last);
      return [legWorkflowId(conversationId, last)];
    },
  },
  {
    name: 'over-sip',
    sipUri: 'sip:transfers@example.com',
    play: async (stage, conversationId) => {
      const transferId = `${conversationId}-a`;
      const step = await stage.client.requestTransfer({ conversationId, transferId, type: 'SIP' });
      if (step.action !== 'DIAL' || step.leg.type !== 'SIP') throw new Error('Expected a SIP address');
      stage.sandbox.exchange.sipCallArrives(step.leg.headers);
      await stage.client.reportConnected(conversationId, { transferId });
      await endByAi(stage, conversationId, transferId);
      return [];
    },
  },
  {
    name: 'not-admitted',
    options: () => ({ admission: { enabled: false } }),
    play: async ({ client }, conversationId) => {
      await client.requestTransfer({ conversationId, transferId: `${conversationId}-a`, country: 'US' });
      return [];
    },
  },
  {
    name: 'told-of-its-end',
    options: (receiver) => ({
      events: { url: receiver, secrets: [SECRET], variables: [] },
      routing: () => ({ route: { type: 'QUEUE', queue: 'agents', handOver: ['tier'] } }),
    }),
    play: async (stage, conversationId) => {
      await callFromStartToEnd(stage, conversationId);
      await stage.client.result(conversationId);
      const { runId } = await stage.temporal.workflow
        .getHandle(conversationWorkflowId(conversationId))
        .describe();
      return [eventWorkflowId(conversationId, `${runId}.1`)];
    },
  },
];

/** Signs the events that are recorded; nobody verifies them. */
const SECRET = Buffer.alloc(32, 'recorder').toString('base64');

/** Every run of a workflow, oldest first. */
async function historiesOf(temporal: Client, workflowId: string): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  let runId: string | null | undefined = await firstRunId(temporal, workflowId);
  while (runId) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    recorded.push({ workflowId, history: JSON.parse(historyToJSON(history)) as unknown });
    const last = history.events?.at(-1);
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return recorded;
}

interface Recorded {
  workflowId: string;
  history: unknown;
}

async function firstRunId(temporal: Client, workflowId: string): Promise<string | null | undefined> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function record(server: TemporalServer, behaviour: Behaviour): Promise<Recorded[]> {
  const { name, options, sipUri, play } = behaviour;
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const sandbox = await Sandbox.start(behaviour.sandbox);
  const receiver = createServer((_request, response) => response.writeHead(204).end());
  try {
    const temporal = new Client({ connection, identity: 'recorder' });
    const worker = await Worker.create({
      connection: native,
      taskQueue: name,
      // Of no interest to others: which process on which machine it was.
      identity: 'recorder',
      plugins: [
        new CallTransferPlugin({
          asapp: { ...sandbox.asapp, sipUri },
          ...options?.(await listening(receiver)),
        }),
      ],
    });
    const client = new CallTransferClient(temporal, { taskQueue: name });
    return await worker.runUntil(async () => {
      const further = await play({ client, temporal, sandbox }, name);
      await client.result(name);
      const ids = [conversationWorkflowId(name), ...further];
      for (const id of further) await temporal.workflow.getHandle(id).result();
      return (await Promise.all(ids.map((id) => historiesOf(temporal, id)))).flat();
    });
  } finally {
    receiver.close();
    await sandbox.close();
    await connection.close();
    await native.close();
  }
}

async function main(): Promise<void> {
  const again = process.argv.slice(2);
  await mkdir(folder, { recursive: true });
  const server = await TemporalServer.start();
  try {
    const connection = await Connection.connect({ address: server.address });
    await registerSearchAttributes(connection, 'default');
    await connection.close();
    for (const behaviour of behaviours) {
      const path = join(folder, `${behaviour.name}.json`);
      if (existsSync(path) && !again.includes(behaviour.name)) continue;
      const recorded = await record(server, behaviour);
      // Stack traces name files, wherever this checkout is.
      const text = JSON.stringify(recorded, null, 1).replaceAll(`${projectRoot}/`, '');
      await writeFile(path, `${text}\n`);
      console.log(`${behaviour.name}: ${recorded.length} ${recorded.length === 1 ? 'history' : 'histories'}`);
    }
  } finally {
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

/**
 * `npm run bench:gateway`: what the gateway adds to a round trip, against the typed client, with the same worker and
 * server, in the same run. The worker and the gateway are processes of their own, as in production.
 *
 * Calls of all contestants take turns in random order, so that the machine's moods strike all alike.
 */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { Pool } from 'undici';

import { asappEnvironment } from '../dev/demo/asapp-environment';
import { GatewayProcess } from '../dev/demo/gateway-process';
import { WorkerProcess } from '../dev/demo/worker-process';
import { TemporalServer } from '../dev/temporal-server';
import { CallTransferClient, DEFAULT_TASK_QUEUE, forWaitingCallers } from '../lib/index';
import { Sandbox } from '../lib/sandbox';

import type { CallIds } from './contestant';
import { comparison, type Measured } from './measured';
import { processorMs } from './processor-time';

/** A way to the workflow: the two round trips of a call. */
interface Way {
  request: (ids: CallIds) => Promise<unknown>;
  disconnect: (ids: CallIds) => Promise<unknown>;
}

const CALLS = Number(process.env['BENCH_CALLS'] ?? 200);
const WARM_UP = 20;
const API_KEY = randomUUID();
const SECRET = Buffer.from(randomUUID()).toString('base64');
const AUTH_TOKEN = randomUUID();

const byClient = (client: CallTransferClient): Way => ({
  request: (ids) => client.requestTransfer({ ...ids, country: 'US' }),
  disconnect: ({ conversationId, transferId }) =>
    client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }),
});

type Post = (path: string, headers: Record<string, string>, body: string) => Promise<string>;

function byApi(post: Post): Way {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const ask = ({ conversationId }: CallIds, what: string, body: object) =>
    post(`/v1/conversations/${conversationId}/${what}`, headers, JSON.stringify(body));
  return {
    request: (ids) => ask(ids, 'request-transfer', { transferId: ids.transferId, country: 'US' }),
    disconnect: (ids) =>
      ask(ids, 'report-disconnect', { transferId: ids.transferId, by: 'GENERATIVE_AGENT' }),
  };
}

function byLegEvents(post: Post): Way {
  const webhook = new Webhook(SECRET);
  const send = (type: string, data: object) => {
    const [id, at, body] = [randomUUID(), new Date(), JSON.stringify({ type, data })];
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, at, body),
    };
    return post('/v1/leg-events', headers, body);
  };
  return {
    request: (ids) => send('leg.requested', { ...ids, country: 'US' }),
    disconnect: (ids) => send('leg.disconnected', { ...ids, by: 'GENERATIVE_AGENT' }),
  };
}

function byTwilio(post: Post, publicUrl: string): Way {
  const send = (hook: string, { conversationId, transferId }: CallIds, form: Record<string, string>) => {
    const path = `/twilio/${hook}?conversationId=${conversationId}&transferId=${transferId}`;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, publicUrl + path, form),
    };
    return post(path, headers, new URLSearchParams(form).toString());
  };
  return {
    request: (ids) => send('voice', ids, { CallSid: ids.conversationId, CallStatus: 'ringing' }),
    disconnect: (ids) =>
      send('dial', ids, {
        CallSid: ids.conversationId,
        CallStatus: 'in-progress',
        DialCallStatus: 'completed',
        DialBridged: 'true',
      }),
  };
}

async function main(): Promise<void> {
  const server = await TemporalServer.start({});
  const sandbox = await Sandbox.start({ poolSize: 100_000 });
  const connection = await Connection.connect(forWaitingCallers({ address: server.address }));
  const worker = await WorkerProcess.start(
    {
      TEMPORAL_ADDRESS: server.address,
      ...asappEnvironment(sandbox.asapp),
    },
    connection,
    {
      namespace: 'default',
      taskQueue: DEFAULT_TASK_QUEUE,
      logFile: join(tmpdir(), 'call-transfer-bench-worker.log'),
    },
  );
  const gateway = await GatewayProcess.start(
    {
      TEMPORAL_ADDRESS: server.address,
      GATEWAY_API_KEYS: API_KEY,
      GATEWAY_WEBHOOK_SECRETS: SECRET,
      GATEWAY_PHONE_SYSTEMS: 'twilio',
      TWILIO_AUTH_TOKENS: AUTH_TOKEN,
    },
    { logFile: join(tmpdir(), 'call-transfer-bench-gateway.log') },
  );
  const pool = new Pool(gateway.url);
  const post: Post = async (path, headers, body) => {
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    return text;
  };
  try {
    await compete(sandbox, gateway.pid, {
      'typed client': byClient(new CallTransferClient(new Client({ connection }))),
      'gateway, conversations': byApi(post),
      'gateway, signed leg events': byLegEvents(post),
      'gateway, Twilio': byTwilio(post, gateway.url),
    });
  } finally {
    await pool.close();
    await gateway.stop();
    await worker.stop();
    await connection.close();
    await sandbox.close();
    await server.stop();
  }
}

const newMeasured = (): Measured => ({ number: [], decision: [] });

async function compete(sandbox: Sandbox, pid: number | undefined, ways: Record<string, Way>): Promise<void> {
  const contestants = Object.entries(ways).map(([name, way]) => ({
    name,
    way,
    measured: newMeasured(),
    processorMs: 0,
  }));
  for (let call = 0; call < WARM_UP + CALLS; call++) {
    for (const contestant of [...contestants].sort(() => Math.random() - 0.5)) {
      const { way, measured } = contestant;
      const before = await processorMs(pid);
      const [number, decision] = await oneCall(sandbox, way);
      if (call < WARM_UP) continue;
      contestant.processorMs += (await processorMs(pid)) - before;
      measured.number.push(number);
      measured.decision.push(decision);
    }
  }
  const base = contestants[0]?.measured ?? newMeasured();
  console.log(`${CALLS} calls of each, one at a time; × is the ratio to the typed client`);
  const rows = contestants.map(({ name, measured, processorMs: total }) => ({
    '': name,
    ...comparison(measured, base),
    'processor time of the gateway': `${(total / CALLS).toFixed(1)} ms`,
  }));
  console.table(rows);
}

/** One happy leg. Answers how long the number and the decision took, milliseconds. */
async function oneCall(sandbox: Sandbox, way: Way): Promise<[number: number, decision: number]> {
  const conversationId = randomUUID();
  const ids = { conversationId, transferId: `${conversationId}-a` };
  const asked = performance.now();
  await way.request(ids);
  const answered = performance.now();
  sandbox.exchange.callArrives(sandbox.exchange.transfers.get(ids.transferId)?.transferNumber ?? '');
  await sleep(50);
  sandbox.exchange.aiEnds(ids.transferId, { transferType: 'AGENT' });
  const reported = performance.now();
  await way.disconnect(ids);
  return [answered - asked, performance.now() - reported];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

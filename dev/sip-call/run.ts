/**
 * `npm run sip-call`: calls over SIP, from the first INVITE to the last BYE, through UDP sockets of this machine.
 *
 * A customer's phone calls a platform that plays jambonz: it follows the verbs of a real gateway, which has a worker and a
 * Temporal server. The platform dials GenerativeAgent's SIP address, and afterwards the desk that the decision names.
 * Ends with 0 where all was as it should be. Needs Go.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { CallTransferClient, DEFAULT_TASK_QUEUE } from '../../lib/index';
import { Sandbox } from '../../lib/sandbox';
import { asappEnvironment } from '../demo/asapp-environment';
import { GatewayProcess } from '../demo/gateway-process';
import { WorkerProcess } from '../demo/worker-process';
import { TemporalServer } from '../temporal-server';

import { aiIsBusy, handedOver, PHONES, routingTable, strangers, type Check, type Stage } from './calls';
import { GenerativeAgent } from './generative-agent';
import { JambonzWebhooks } from './jambonz-webhooks';
import { SipPhones, type SipMessage } from './sip-phones';

const FOLDER = join(__dirname, '..', '..', '.cache', 'sip-call');
const CALL_LIMIT_MS = 60_000;

/** What was started, to be ended in the opposite order. */
const running: (() => Promise<void>)[] = [];

const startedAt = Date.now();

function tell(who: string, step: string, detail = ''): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(2).padStart(7);
  console.log(`${seconds} s  ${who.padEnd(21)} ${step.padEnd(24)} ${detail}`.trimEnd());
}

function tellMessage({ from, to, line, cseq }: SipMessage): void {
  const isResponse = line.startsWith('SIP/2.0 ');
  const said = line.replace(/^SIP\/2\.0 | SIP\/2\.0$/g, '');
  tell(`${from} → ${to}`, isResponse ? `${said} (${cseq.split(' ')[1] ?? ''})` : said);
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const phones = await SipPhones.start(PHONES, tellMessage);
  running.push(() => phones.stop());
  for (const name of PHONES) tell(name, 'listens', phones.uri('', name).replace('@', ''));
  const stage = await begin(phones);
  const checks = [
    ...(await played('From the AI to the desk', handedOver, stage)),
    ...(await played('The AI is busy', aiIsBusy, stage)),
    ...(await played('Strangers at the address of the AI', strangers, stage)),
  ];
  const wrong = checks.filter(({ expected, seen }) => !isDeepStrictEqual(expected, seen));
  console.log(`\n${checks.length - wrong.length} of ${checks.length} as expected`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

async function begin(phones: SipPhones): Promise<Stage> {
  const server = await TemporalServer.start();
  running.push(() => server.stop());
  const sandbox = await Sandbox.start();
  running.push(() => sandbox.close());
  const connection = await Connection.connect({ address: server.address });
  running.push(() => connection.close());

  const routingFile = join(FOLDER, 'routing.json');
  writeFileSync(routingFile, JSON.stringify(routingTable(phones)));
  const temporal = { TEMPORAL_ADDRESS: server.address };
  const worker = await WorkerProcess.start(
    {
      ...temporal,
      ...asappEnvironment(sandbox.asapp),
      CALL_TRANSFER_SIP_URI: phones.uri('transfers', 'ai'),
      CALL_TRANSFER_ROUTING_FILE: routingFile,
    },
    connection,
    { namespace: 'default', taskQueue: DEFAULT_TASK_QUEUE, logFile: join(FOLDER, 'worker.log') },
  );
  running.push(() => worker.stop());
  const secret = randomUUID();
  const gateway = await GatewayProcess.start(
    {
      ...temporal,
      GATEWAY_PHONE_SYSTEMS: 'jambonz',
      GATEWAY_TRANSPORT: 'SIP',
      GATEWAY_FALLBACK_ROUTE: JSON.stringify({ type: 'HANG_UP' }),
      JAMBONZ_WEBHOOK_SECRETS: secret,
    },
    { logFile: join(FOLDER, 'gateway.log') },
  );
  running.push(() => gateway.stop());
  tell('gateway', 'is ready', gateway.url);
  return {
    phones,
    webhooks: new JambonzWebhooks(gateway.url, secret, (step, detail) => {
      tell('platform → gateway', step, detail);
    }),
    generativeAgent: new GenerativeAgent(phones, 'ai', sandbox.asapp.apiUrl),
    client: new CallTransferClient(new Client({ connection }), { taskQueue: DEFAULT_TASK_QUEUE }),
  };
}

/** Plays a call, and tells what was seen of it. */
async function played(
  name: string,
  play: (stage: Stage) => Promise<Check[]>,
  stage: Stage,
): Promise<Check[]> {
  console.log(`\n${name}`);
  const done = new AbortController();
  const limit = sleep(CALL_LIMIT_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${name}: expected an end within ${CALL_LIMIT_MS} ms`);
  });
  limit.catch(() => undefined);
  const { phones, generativeAgent } = stage;
  const checks = await Promise.race([play(stage), phones.failed, generativeAgent.failed, limit]).finally(
    () => {
      done.abort();
    },
  );
  for (const { what, expected, seen } of checks) {
    const isRight = isDeepStrictEqual(expected, seen);
    const shown = isRight ? JSON.stringify(seen) : `${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`;
    console.log(`  ${isRight ? 'yes' : 'NO '}  ${what}: ${shown}`);
  }
  return checks;
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(async () => {
    for (const stop of running.reverse()) await stop().catch(() => undefined);
  });

import { createHash, createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

import { DEFAULT_TASK_QUEUE } from '../../lib/index';
import { Sandbox } from '../../lib/sandbox';
import { asappEnvironment } from '../demo/asapp-environment';
import { GatewayProcess } from '../demo/gateway-process';
import { WorkerProcess } from '../demo/worker-process';
import { TemporalServer } from '../temporal-server';

import type { Credentials } from './signing-proxy';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const secrets = {
  apiKey: randomUUID(),
  webhooks: randomBytes(32).toString('base64'),
  twilio: randomUUID(),
  jambonz: randomUUID(),
};

/** The gateway's environment: the other half of the secrets with which requests are signed. */
const gatewaySecrets = {
  GATEWAY_API_KEYS: secrets.apiKey,
  GATEWAY_WEBHOOK_SECRETS: secrets.webhooks,
  GATEWAY_PHONE_SYSTEMS: 'twilio,jambonz,telnyx',
  TWILIO_AUTH_TOKENS: secrets.twilio,
  JAMBONZ_WEBHOOK_SECRETS: secrets.jambonz,
  TELNYX_PUBLIC_KEYS: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
  TELNYX_API_KEY: randomUUID(),
};

/** Of the service with a key, or of the phone system whose path it is. */
const credentials: Credentials = (url, body) => {
  const now = new Date();
  const seconds = String(Math.floor(now.getTime() / 1000));
  const { pathname } = new URL(url);
  if (pathname.startsWith('/twilio/')) {
    const parameters = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { 'x-twilio-signature': getExpectedTwilioSignature(secrets.twilio, url, parameters) };
  }
  if (pathname.startsWith('/jambonz/')) {
    const hmac = createHmac('sha256', secrets.jambonz).update(`${seconds}.`).update(body).digest('hex');
    return { 'jambonz-signature': `t=${seconds},v1=${hmac}` };
  }
  if (pathname.startsWith('/telnyx/')) {
    const signed = Buffer.concat([Buffer.from(`${seconds}|`), body]);
    const signature = sign(null, signed, privateKey).toString('base64');
    return { 'telnyx-timestamp': seconds, 'telnyx-signature-ed25519': signature };
  }
  if (pathname === '/v1/leg-events') {
    const id = createHash('sha256').update(body).digest('hex');
    const signature = new Webhook(secrets.webhooks).sign(id, now, body.toString('utf8'));
    return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
  }
  return { authorization: `Bearer ${secrets.apiKey}` };
};

/** Runs the body with a gateway that has a worker, a Temporal server and the stand-in for ASAPP behind it. */
export async function withGateway(
  logFile: (name: string) => string,
  body: (url: string, credentials: Credentials) => Promise<void>,
): Promise<void> {
  const server = await TemporalServer.start();
  const sandbox = await Sandbox.start({ poolSize: 1_000_000 });
  const connection = await Connection.connect({ address: server.address });
  const environment = { TEMPORAL_ADDRESS: server.address };
  const worker = await WorkerProcess.start(
    { ...environment, ...asappEnvironment(sandbox.asapp) },
    connection,
    { namespace: 'default', taskQueue: DEFAULT_TASK_QUEUE, logFile: logFile('worker') },
  );
  // A Telnyx that takes every command: one that does not would have every webhook answered with 502.
  const telnyx = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"result":"ok"}}');
  });
  await new Promise<void>((resolve) => telnyx.listen(0, '127.0.0.1', resolve));
  const telnyxUrl = `http://127.0.0.1:${(telnyx.address() as AddressInfo).port}`;
  const gateway = await GatewayProcess.start(
    { ...environment, ...gatewaySecrets, TELNYX_API_URL: telnyxUrl },
    { logFile: logFile('gateway') },
  );
  try {
    await body(gateway.url, credentials);
  } finally {
    await gateway.stop();
    telnyx.close();
    telnyx.closeAllConnections();
    await worker.stop();
    await connection.close();
    await sandbox.close();
    await server.stop();
  }
}

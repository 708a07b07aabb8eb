import { createHash, createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { request } from 'undici';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const secrets = {
  apiKey: randomUUID(),
  webhooks: randomBytes(32).toString('base64'),
  twilio: randomUUID(),
  jambonz: randomUUID(),
};

/** The gateway's environment: the other half of the secrets with which the proxy signs. */
export const gatewaySecrets = {
  GATEWAY_API_KEYS: secrets.apiKey,
  GATEWAY_WEBHOOK_SECRETS: secrets.webhooks,
  GATEWAY_PHONE_SYSTEMS: 'twilio,jambonz,telnyx',
  TWILIO_AUTH_TOKENS: secrets.twilio,
  JAMBONZ_WEBHOOK_SECRETS: secrets.jambonz,
  TELNYX_PUBLIC_KEYS: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
  TELNYX_API_KEY: randomUUID(),
};

/** What shows that a request comes from who it says: as the service with a key, or as the phone system of its path. */
function credentials(url: string, body: Buffer): Record<string, string> {
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
}

/** Headers that say something of one connection, which a proxy must not hand on. */
const ofConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect'];

const handedOn = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));

/**
 * Stands before the gateway and signs every request, so that what a fuzzer makes up is not refused at the door.
 *
 * @returns its address, and what stops it
 */
export async function startSigningProxy(target: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await buffer(incoming);
      const url = target + (incoming.url ?? '/');
      const { method = 'GET' } = incoming;
      const headers = { ...handedOn(incoming.headers), ...credentials(url, body) };
      const answer = await request(url, {
        method: method as 'GET',
        headers,
        ...(body.length > 0 ? { body } : {}),
      });
      outgoing.writeHead(answer.statusCode, handedOn(answer.headers));
      outgoing.end(Buffer.from(await answer.body.arrayBuffer()));
    })().catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

import type { AddressInfo } from 'node:net';

import type { FastifyBaseLogger } from 'fastify';
import { Webhook } from 'standardwebhooks';

import type { CallTransferClient, NextStep } from '../../src';
import { createGateway, type GatewayOptions } from '../../src/call-control';
import type { PhoneSystem, PhoneSystemSettings } from '../../src/call-control/phone-system';

export const API_KEY = 'a-key-of-the-tests';
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a-secret-of-the-tests-24').toString('base64')}`;
/** As the phone system knows the gateway: another address than the one that it listens on. */
export const PUBLIC_URL = 'https://gateway.example.com/calls';

export const phoneSystemSettings: PhoneSystemSettings = {
  publicUrl: PUBLIC_URL,
  transport: { type: 'PHONE_NUMBER', country: 'US' },
  fallbackRoute: { type: 'QUEUE', queue: 'fallback' },
  continueUrl: 'https://ivr.example.com/continue',
};

export interface GatewaySetup extends Partial<Omit<GatewayOptions, 'client' | 'phoneSystems'>> {
  client: CallTransferClient;
  phoneSystems?: readonly PhoneSystem[];
}

/** An answer over the socket: its body as text, and as JSON where it is. */
export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  text: string;
  json: unknown;
}

export interface GatewayUnderTest {
  /** Where it listens. */
  url: string;
  /** A request with any bytes. */
  send: (path: string, init?: RequestInit) => Promise<Answer>;
  /** A request with the key and JSON. */
  api: (path: string, body?: unknown) => Promise<Answer>;
  /** A signed leg event. */
  legEvent: (event: unknown, signing?: { secret?: string; at?: Date; id?: string }) => Promise<Answer>;
}

/** Runs the body with a gateway that listens on a free port, and closes it. */
export async function withGateway<T>(
  setup: GatewaySetup,
  body: (gateway: GatewayUnderTest) => Promise<T>,
): Promise<T> {
  const gateway = await createGateway({
    isReady: () => Promise.resolve(true),
    publicUrl: PUBLIC_URL,
    apiKeys: [API_KEY],
    webhookSecrets: [WEBHOOK_SECRET],
    fallbackRoute: phoneSystemSettings.fallbackRoute,
    // What shares a process with a gateway keeps it from its work at times.
    busyAfterMs: 60_000,
    ...setup,
  });
  await gateway.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const send = async (path: string, init: RequestInit = {}) => await answerOf(await fetch(url + path, init));
  try {
    return await body({
      url,
      send,
      api: (path, payload) =>
        send(path, {
          method: payload === undefined ? 'GET' : 'POST',
          headers: {
            authorization: `Bearer ${API_KEY}`,
            ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
        }),
      legEvent: (event, signing) => send('/v1/leg-events', signed(JSON.stringify(event), signing)),
    });
  } finally {
    await gateway.close();
  }
}

/** A request signed as Standard Webhooks says. */
export function signed(
  body: string,
  {
    secret = WEBHOOK_SECRET,
    at = new Date(),
    id = 'msg_1',
  }: { secret?: string; at?: Date; id?: string } = {},
): RequestInit {
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    type,
    headers: response.headers,
    text,
    json: type.startsWith('application/json') && text !== '' ? (JSON.parse(text) as unknown) : undefined,
  };
}

/** The next step in an answer. */
export function stepIn({ status, json, text }: Answer): NextStep {
  if (status === 200) return json as NextStep;
  throw new Error(`Expected a next step, got ${status}: ${text}`);
}

/** The problem in an answer: its status, its type, and what it says. */
export function problemIn({ status, json }: Answer): { status: number; type: string; message: string } {
  return { status, ...(json as { error: { type: string; message: string } }).error };
}

/** A logger that keeps every line. */
export function keptLog(): { lines: unknown[][]; logger: FastifyBaseLogger } {
  const lines: unknown[][] = [];
  const keep = (...line: unknown[]) => void lines.push(line);
  const logger: FastifyBaseLogger = {
    level: 'trace',
    fatal: keep,
    error: keep,
    warn: keep,
    info: keep,
    debug: keep,
    trace: keep,
    silent: keep,
    child: () => logger,
  } as never;
  return { lines, logger };
}

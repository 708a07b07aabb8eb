import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { telnyx, type TelnyxOptions } from '../../../../src/call-control/phone-systems/telnyx/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { API_KEY } from './telnyx-requests';

/** A command as it came over the socket. */
export interface Received {
  method: string;
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

export type Reaction =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** The connection is cut, and nothing is answered. */
  | 'cut'
  /** Nothing is answered at all. */
  | 'silence';

export interface TelnyxApi {
  url: string;
  received: Received[];
  /** What the next commands meet, in this order; those after them are taken. */
  reactions: Reaction[];
  /** A phone system whose commands come here. */
  system: (options?: Partial<TelnyxOptions>) => ReturnType<typeof telnyx>;
}

/** A refusal in the form of Telnyx's API. */
export const refusal = (status: number, code: unknown, title = 'Refused'): Reaction => ({
  status,
  body: { errors: [{ code, title, detail: title }] },
});

/** Runs the body with Telnyx's API on a free port. */
export async function withTelnyxApi<T>(body: (api: TelnyxApi) => Promise<T>): Promise<T> {
  const received: Received[] = [];
  const reactions: Reaction[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      received.push({
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization,
        body: JSON.parse(text) as Record<string, unknown>,
      });
      react(reactions.shift() ?? { status: 200, body: { data: { result: 'ok' } } }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
  const system: TelnyxApi['system'] = (options = {}) =>
    telnyx({ ...phoneSystemSettings, publicKeys: [], apiKey: API_KEY, apiUrl: url, ...options });
  try {
    return await body({ url, received, reactions, system });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function react(reaction: Reaction, response: ServerResponse): void {
  if (reaction === 'silence') return;
  if (reaction === 'cut') {
    response.destroy();
    return;
  }
  response.writeHead(reaction.status, { 'content-type': 'application/json', ...reaction.headers });
  response.end(JSON.stringify(reaction.body ?? {}));
}

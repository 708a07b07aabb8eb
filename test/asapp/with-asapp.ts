/** Both ends of ASAPP's API for tests: the client under test, and what it talks to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { AsappError } from '../../src/asapp/error';
import { HttpCallTransfers, type HttpCallTransfersOptions } from '../../src/asapp/http-call-transfers';
import type { CreatedTransfer } from '../../src/asapp/port';
import type { Sandbox, SandboxOptions } from '../../src/sandbox';
import { withSandbox } from '../support/with-sandbox';

export const usTransfer = {
  transferId: 'conv-1-a',
  conversationId: 'conv-1',
  transport: { type: 'PHONE_NUMBER', country: 'US' },
} as const;

/** So that a slow machine is no failure: a test whose point is a time-out sets its own. */
const patient = { connectTimeoutMs: 20_000 };

/** Runs the body with a client of the options, patient unless they say otherwise, and closes it. */
export async function withClient<T>(
  options: HttpCallTransfersOptions,
  body: (asapp: HttpCallTransfers) => Promise<T>,
): Promise<T> {
  const asapp = new HttpCallTransfers({ ...patient, ...options });
  try {
    return await body(asapp);
  } finally {
    await asapp.close();
  }
}

/** Runs the body with the stand-in for ASAPP and a client of it. */
export async function withAsapp<T>(
  options: SandboxOptions & { client?: Partial<HttpCallTransfersOptions> },
  body: (underTest: { sandbox: Sandbox; asapp: HttpCallTransfers }) => Promise<T>,
): Promise<T> {
  return await withSandbox(options, (sandbox) =>
    withClient({ ...sandbox.asapp, ...options.client }, (asapp) => body({ sandbox, asapp })),
  );
}

/** Waits until so many requests have reached the stand-in. */
export async function arrived({ requests }: Sandbox, count: number): Promise<void> {
  while (requests.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

export interface ReceivedRequest {
  line: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Runs the body with a server that answers as the test says, and keeps what it received. */
export async function withServer<T>(
  answer: (response: ServerResponse) => void,
  body: (server: { apiUrl: string; received: ReceivedRequest[] }) => Promise<T>,
): Promise<T> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      received.push({ line, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body({ apiUrl: `http://127.0.0.1:${port}`, received });
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

/** What a client makes of this answer, with the status 200. */
export async function answerTo<T>(
  { body, headers = {} }: { body: unknown; headers?: Record<string, string> },
  request: (asapp: HttpCallTransfers) => Promise<T>,
): Promise<T> {
  return await withServer(
    (response) => response.writeHead(200, headers).end(JSON.stringify(body)),
    ({ apiUrl }) => withClient({ apiUrl, apiId: 'id', apiSecret: 'secret' }, request),
  );
}

/** What a request failed with. */
export async function failureOf(request: Promise<unknown>): Promise<AsappError> {
  return await request.then(
    () => {
      throw new Error('Expected the request to fail');
    },
    (error: unknown) => error as AsappError,
  );
}

/** The number that was assigned; empty for none. */
export const numberOf = ({ assigned }: Pick<CreatedTransfer, 'assigned'>): string =>
  assigned?.destination.type === 'PHONE_NUMBER' ? assigned.destination.transferNumber : '';

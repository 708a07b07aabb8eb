import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { error, get, post, type ApiAnswer } from './api';
import { control } from './control';
import { Exchange, type ExchangeOptions } from './exchange';
import { Faults, type Fault, type FaultEffect, type SandboxMethod } from './faults';
import { parseJson } from './json';

export interface SandboxOptions extends ExchangeOptions {
  /** Default: 0, a free port. */
  port?: number;
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Default: `sandbox-id`. */
  apiId?: string;
  /** Default: `sandbox-secret`. */
  apiSecret?: string;
}

/** One request to the API. */
export interface LoggedRequest {
  method: SandboxMethod;
  transferId: string | null;
  /** HTTP status; `null` where the connection was cut or left hanging. */
  status: number | null;
  /** Epoch milliseconds. */
  at: number;
}

const PATH = '/generativeagent/v1/call-transfers';
const CONTROL_PATH = '/_sandbox/';
const MAX_BODY_BYTES = 256 * 1024;

/**
 * An honest stand-in for ASAPP's call transfers, over a real socket.
 *
 * The telephony side is driven through `exchange`, faults through `fail`; from another process through the
 * control endpoints that `control.ts` describes.
 */
export class Sandbox {
  readonly exchange: Exchange;
  readonly requests: LoggedRequest[] = [];
  /** How many connections were accepted. */
  connections = 0;
  private readonly faults = new Faults();
  private readonly server: Server;

  private constructor(
    private readonly options: Required<Pick<SandboxOptions, 'apiId' | 'apiSecret'>> & SandboxOptions,
  ) {
    this.exchange = new Exchange(options);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', () => this.connections++);
  }

  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = new Sandbox({ apiId: 'sandbox-id', apiSecret: 'sandbox-secret', ...options });
    await new Promise<void>((resolve, reject) => {
      sandbox.server.once('error', reject);
      sandbox.server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return sandbox;
  }

  /** What a client of it needs: `ASAPP_API_URL`, `ASAPP_API_ID`, `ASAPP_API_SECRET`. */
  get asapp(): { apiUrl: string; apiId: string; apiSecret: string } {
    const { port } = this.server.address() as AddressInfo;
    const { apiId, apiSecret, host = '127.0.0.1' } = this.options;
    return { apiUrl: `http://${host}:${port}`, apiId, apiSecret };
  }

  /** Lets something go wrong with the next requests. */
  fail(...faults: Fault[]): void {
    for (const fault of faults) this.faults.add(fault);
  }

  /** Lets nothing go wrong any more. */
  heal(): void {
    this.faults.clear();
  }

  /** The requests about one transfer, such as `['POST', 'GET']`. */
  requestsFor(transferId: string): SandboxMethod[] {
    return this.requests.filter((request) => request.transferId === transferId).map(({ method }) => method);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox');
    const text = await readBody(request);
    if (pathname.startsWith(CONTROL_PATH)) {
      const command = pathname.slice(CONTROL_PATH.length);
      send(response, text === undefined ? tooLarge() : control(this, command, text));
      return;
    }
    const method = request.method === 'POST' ? 'POST' : 'GET';
    const struck = this.faults.strike(method);
    for (const effect of struck) if (effect.kind === 'latency') await sleep(effect.ms);
    const effect = struck.find(({ kind }) => kind !== 'latency');
    const transferId = method === 'POST' ? idIn(text) : decodeURIComponent(pathname.slice(PATH.length + 1));
    const logged: LoggedRequest = { method, transferId, status: null, at: Date.now() };
    this.requests.push(logged);

    if (effect?.kind === 'cutBefore') return void response.destroy();
    const answer = effect?.kind === 'status' ? failed(effect) : this.answer(request, pathname, text);
    if (effect?.kind === 'cutAfter') return void response.destroy();
    if (effect?.kind === 'hangAfter') return;
    logged.status = answer.status;
    send(response, answer, effect);
  }

  private answer(request: IncomingMessage, pathname: string, text: string | undefined): ApiAnswer {
    const { apiId, apiSecret } = this.options;
    const { headers, method } = request;
    if (headers['asapp-api-id'] !== apiId || headers['asapp-api-secret'] !== apiSecret) {
      return error(401, '401-01', 'The credentials are not valid');
    }
    if (text === undefined) return tooLarge();
    if (method === 'POST' && pathname === PATH) return post(this.exchange, parseJson(text));
    if (method === 'GET' && pathname.startsWith(`${PATH}/`)) {
      return get(this.exchange, decodeURIComponent(pathname.slice(PATH.length + 1)));
    }
    return error(404, '404-00', 'No such resource');
  }
}

const tooLarge = () => error(413, '413-01', 'The body is too large');

const failed = ({ status }: Extract<FaultEffect, { kind: 'status' }>) =>
  error(status, `${status}-01`, 'A fault on demand');

function send(response: ServerResponse, answer: ApiAnswer, effect?: FaultEffect): void {
  if (effect?.kind === 'status' && effect.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(effect.retryAfterSeconds));
  }
  const body = effect?.kind === 'fields' ? withFields(answer.body, effect.fields) : answer.body;
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(effect?.kind === 'body' ? effect.body : JSON.stringify(body));
}

/** Puts fields into a body, objects into objects; `null` leaves one out. */
function withFields(body: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  const merged = Object.entries(fields).map(([name, value]) => {
    const old = body[name];
    return [name, isRecord(value) && isRecord(old) ? withFields(old, value) : value] as const;
  });
  return Object.fromEntries(
    Object.entries({ ...body, ...Object.fromEntries(merged) }).filter(([, value]) => value !== null),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function idIn(text: string | undefined): string | null {
  const body = parseJson(text ?? '');
  return isRecord(body) && typeof body['id'] === 'string' ? body['id'] : null;
}

import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { error, get, isRecord, parseJson, post, type ApiAnswer } from './api';
import { control } from './control';
import { Exchange, type ExchangeOptions } from './exchange';
import { bodyText, Faults, type Fault, type FaultEffect, type SandboxMethod } from './faults';

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

/** One request to the API: no body, no credentials. */
export interface LoggedRequest {
  method: SandboxMethod;
  /** Without a query. */
  path: string;
  /** `null` where the request names none. */
  transferId: string | null;
  /** HTTP status; `null` before the answer, and where the connection was cut or left hanging. */
  status: number | null;
  /** When it arrived, epoch milliseconds of the machine's own clock. */
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
  /** In the order of arrival. */
  readonly requests: LoggedRequest[] = [];
  /** How many connections were accepted. */
  connections = 0;
  /** Each delayed answer listens to it. */
  private readonly closing = new AbortController();
  private readonly faults = new Faults();
  private readonly server: Server;

  private constructor(
    private readonly options: Required<Pick<SandboxOptions, 'apiId' | 'apiSecret'>> & SandboxOptions,
  ) {
    this.exchange = new Exchange(options);
    setMaxListeners(0, this.closing.signal);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', () => this.connections++);
  }

  /**
   * Starts listening.
   *
   * @throws Error of Node's, where the port is taken or the host is not this machine's
   */
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
    return { apiUrl: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, apiId, apiSecret };
  }

  /** Lets something go wrong with the next requests: faults strike in the order in which they were asked for. */
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

  /** Stops listening and ends every connection, answered or not. May be repeated. */
  async close(): Promise<void> {
    this.closing.abort();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox');
    const text = await readBody(request);
    if (pathname.startsWith(CONTROL_PATH)) {
      const command = pathname.slice(CONTROL_PATH.length);
      send(response, text === undefined ? tooLarge() : control(this, command, text));
      return;
    }
    const method = methodOf(request, pathname);
    if (method === undefined) {
      send(response, error(404, '404-00', 'No such resource'));
      return;
    }
    const transferId = method === 'POST' ? idIn(text) : idOf(pathname);
    const logged: LoggedRequest = { method, path: pathname, transferId, status: null, at: Date.now() };
    this.requests.push(logged);

    const struck = this.faults.strike(method);
    for (const effect of struck) {
      if (effect.kind === 'latency') await sleep(effect.ms, undefined, { signal: this.closing.signal });
    }
    const effect = struck.find(({ kind }) => kind !== 'latency');
    if (effect?.kind === 'cutBefore') return void response.destroy();
    const answer = effect?.kind === 'status' ? failed(effect) : this.answer(request, transferId, text);
    if (effect?.kind === 'cutAfter') return void response.destroy();
    if (effect?.kind === 'hangAfter') return;
    logged.status = answer.status;
    // ASAPP's own clock, which may differ from the machine's.
    response.setHeader('date', new Date(this.exchange.now()).toUTCString());
    send(response, answer, effect);
  }

  private answer(
    { headers, method }: IncomingMessage,
    transferId: string | null,
    text: string | undefined,
  ): ApiAnswer {
    const { apiId, apiSecret } = this.options;
    if (headers['asapp-api-id'] !== apiId || headers['asapp-api-secret'] !== apiSecret) {
      return error(401, '401-01', 'The credentials are not valid');
    }
    if (text === undefined) return tooLarge();
    if (method === 'POST') return post(this.exchange, parseJson(text));
    return transferId === null
      ? error(400, '400-01', 'id: cannot be decoded')
      : get(this.exchange, transferId);
  }
}

const tooLarge = () => error(413, '413-01', 'The body is too large');

const failed = ({ status }: Extract<FaultEffect, { kind: 'status' }>) =>
  error(status, `${status}-01`, 'A fault on demand');

function send(response: ServerResponse, answer: ApiAnswer, effect?: FaultEffect): void {
  if (effect?.kind === 'status' && effect.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(effect.retryAfterSeconds));
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(bodyText(answer, effect));
}

/** Which of the API's two requests it is. */
function methodOf({ method }: IncomingMessage, pathname: string): SandboxMethod | undefined {
  if (method === 'POST' && pathname === PATH) return 'POST';
  return method === 'GET' && pathname.startsWith(`${PATH}/`) ? 'GET' : undefined;
}

/** The id in a GET's path, `null` where it cannot be decoded. */
function idOf(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname.slice(PATH.length + 1));
  } catch {
    return null;
  }
}

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

import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { error, get, isRecord, parseJson, post, type ApiAnswer } from './api';
import { control } from './control';
import { Exchange, type ExchangeOptions } from './exchange';
import {
  bodyText,
  strike,
  type Fault,
  type FaultEffect,
  type SandboxMethod,
  type WaitingFault,
} from './faults';

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
  /** `null` if the request names none. */
  transferId: string | null;
  /** HTTP status; `null` before the answer, and if the connection was cut or left hanging. */
  status: number | null;
  /** When it arrived, epoch milliseconds of the machine's own clock. */
  at: number;
}

const PATH = '/generativeagent/v1/call-transfers';
const CONTROL_PATH = '/_sandbox/';
const MAX_BODY_BYTES = 2 * 1024 * 1024;

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
  private faults: WaitingFault[] = [];
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
   * @throws Error of Node's, if the port is taken or the host is not this machine's
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
    for (const { times = 1, ...fault } of faults)
      this.faults.push({ ...fault, times: times === 'untilHealed' ? Infinity : times });
  }

  /** Lets nothing go wrong any more. */
  heal(): void {
    this.faults = [];
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
    const asked = apiRequestIn(request, pathname, text);
    if (asked === undefined) {
      send(response, error(404, '404-00', 'No such resource'));
      return;
    }
    const { method, transferId } = asked;
    const logged: LoggedRequest = { ...asked, path: pathname, status: null, at: Date.now() };
    this.requests.push(logged);

    const struck = strike(this.faults, method);
    this.faults = this.faults.filter(({ times }) => times > 0);
    for (const effect of struck) {
      if (effect.kind === 'latency') await sleep(effect.ms, undefined, { signal: this.closing.signal });
    }
    const effect = struck.find(({ kind }) => kind !== 'latency');
    if (effect?.kind === 'cutBefore') return void response.destroy();
    const answer =
      effect?.kind === 'status'
        ? error(effect.status, `${effect.status}-01`, 'A fault on demand')
        : this.answer(request, transferId, text);
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

function send(response: ServerResponse, answer: ApiAnswer, effect?: FaultEffect): void {
  if (effect?.kind === 'status' && effect.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(effect.retryAfterSeconds));
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(bodyText(answer, effect));
}

/** Which of the API's two requests it is, and the id that it names: `null` for none, and for one that cannot be decoded. */
function apiRequestIn(
  { method }: IncomingMessage,
  pathname: string,
  text: string | undefined,
): Pick<LoggedRequest, 'method' | 'transferId'> | undefined {
  if (method === 'POST' && pathname === PATH) {
    const body = parseJson(text ?? '');
    return { method, transferId: isRecord(body) && typeof body['id'] === 'string' ? body['id'] : null };
  }
  if (method !== 'GET' || !pathname.startsWith(`${PATH}/`)) return undefined;
  try {
    return { method, transferId: decodeURIComponent(pathname.slice(PATH.length + 1)) };
  } catch {
    return { method, transferId: null };
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

import { setImmediate as nextTurn } from 'node:timers/promises';

import { Agent, request } from 'undici';
import { z } from 'zod';

import { httpUrl } from '../contract/fields';
import { describeIssues } from '../contract/parse';
import { NO_SIP, type RequestedTransport } from '../contract/transport';

import { MAX_BODY_BYTES, readAssigned, readTransfer, type Answer } from './answer';
import { AsappError } from './error';
import type { Assigned, CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './port';
import { createdResourceSchema, type CallTransferResource } from './resource';

const headerValue = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters, without white space or a line break');

/** At least what the dial margin leaves something of, at most an hour. */
export const sipLifetimeMs = z.int().min(1000).max(3_600_000);

/** An address that a call can go to; what is behind a `?` would be headers. */
export const sipUri = z
  .string()
  .max(500, 'must have at most 500 characters')
  .regex(/^sips?:[^\s?<>"]+$/i, 'must be a SIP URI without headers, such as sip:transfers@example.com');

const optionsSchema = z.object({
  /** Base URL: `https://api.sandbox.asapp.com`, `https://api.asapp.com`. */
  apiUrl: httpUrl,
  /** API key id: the header `asapp-api-id`. */
  apiId: headerValue,
  /** API key secret: the header `asapp-api-secret`. */
  apiSecret: headerValue,
  /** How long a connection may take to come up, in milliseconds. Default: 1,000. */
  connectTimeoutMs: z.int().min(1).max(600_000).default(1000),
  /** ASAPP's SIP address, as it gave it at set-up: `sip:` or `sips:`, without headers. Default: no `SIP` transfers. */
  sipUri: sipUri.optional(),
  /** How long a SIP transfer may be dialled, in milliseconds: ASAPP publishes no limit. Default: 60,000, as a number's. */
  sipLifetimeMs: sipLifetimeMs.default(60_000),
});

/** Where ASAPP is, and how it knows who asks. */
export type HttpCallTransfersOptions = z.input<typeof optionsSchema>;

interface SipAddress {
  uri: string;
  lifetimeMs: number;
}

/**
 * ASAPP's connections are kept between calls, so that a call does not pay for a TLS handshake. Less than the
 * 60 s after which common load balancers drop an idle connection, so that none is used while it is dropped.
 */
const KEEP_ALIVE_MS = 45_000;
const PATH = '/generativeagent/v1/call-transfers';

/**
 * ASAPP's call transfers over HTTP, with connections that are kept and reused.
 *
 * Invariants: the credentials are in the requests' headers and nowhere else; no error holds a number, a
 * variable, or text of ASAPP's, which may repeat the input; redirects are not followed; a request is sent
 * once, and whether it is sent again, and how long it may take, is for the caller to decide.
 */
export class HttpCallTransfers implements CallTransfers {
  readonly #headers: Record<string, string>;
  readonly #apiUrl: string;
  readonly #agent: Agent;
  readonly #sip: SipAddress | undefined;

  /** @throws TypeError naming every option that cannot be used, never its value */
  constructor(options: HttpCallTransfersOptions) {
    const { success, data, error } = optionsSchema.safeParse(options);
    if (!success)
      throw new TypeError(`ASAPP cannot be asked with these options: ${describeIssues(error, 'options')}`);
    const { origin, pathname } = new URL(data.apiUrl);
    this.#apiUrl = `${origin}${pathname.replace(/\/+$/, '')}`;
    this.#headers = {
      'asapp-api-id': data.apiId,
      'asapp-api-secret': data.apiSecret,
      accept: 'application/json',
    };
    this.#sip = data.sipUri === undefined ? undefined : { uri: data.sipUri, lifetimeMs: data.sipLifetimeMs };
    this.#agent = new Agent({ connectTimeout: data.connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS });
  }

  get hasSip(): boolean {
    return this.#sip !== undefined;
  }

  async create(transfer: CreateTransfer, limits: RequestLimits = {}): Promise<CreatedTransfer> {
    const { transferId, conversationId, transport, inputContext } = transfer;
    const readAssignment = this.#assignmentOf(transport, transferId);
    const body = JSON.stringify({
      id: transferId,
      externalConversationId: conversationId,
      type: transport.type,
      ...(transport.type === 'PHONE_NUMBER' && { phoneNumber: { country: transport.country } }),
      inputContext,
    });
    let answer = await this.#send('POST', PATH, limits, body);
    const existed = answer.status === 409;
    if (existed) {
      // An earlier attempt got through, though its answer did not. The agent takes a connection back one turn of the
      // event loop after an answer: without that turn this GET would pay for a new one.
      await nextTurn();
      await limits.beforeAnother?.();
      answer = await this.#send('GET', pathOf(transferId), limits);
    }
    const found = readTransfer(answer, transferId, existed ? undefined : createdResourceSchema);
    const assigned = found.status === 'ACTIVE' ? readAssignment(answer) : undefined;
    return { transfer: found, existed, assigned };
  }

  async get(transferId: string, limits: RequestLimits = {}): Promise<CallTransferResource> {
    return readTransfer(await this.#send('GET', pathOf(transferId), limits), transferId);
  }

  /** Closes the kept connections, after the requests that are under way. May be repeated. */
  async close(): Promise<void> {
    if (!this.#agent.destroyed) await this.#agent.close();
  }

  /**
   * How an answer says what is assigned. A SIP address is in none: it is the same for all transfers, and lives as long as we
   * say.
   *
   * @throws AsappError of the kind `requestRefused` if there is no such address
   */
  #assignmentOf(transport: RequestedTransport, transferId: string): (answer: Answer) => Assigned {
    if (transport.type === 'PHONE_NUMBER') return (answer) => readAssigned(answer, transport.country);
    if (this.#sip === undefined) throw new AsappError('requestRefused', NO_SIP);
    const { uri, lifetimeMs } = this.#sip;
    const headers = { 'X-ASAPP-CallTransferId': transferId };
    return () => ({ destination: { type: 'SIP', sipUri: uri, headers }, lifetimeMs, leftMs: lifetimeMs });
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    { signal }: RequestLimits,
    body?: string,
  ): Promise<Answer> {
    try {
      const response = await request(`${this.#apiUrl}${path}`, {
        method,
        dispatcher: this.#agent,
        headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body: body ?? null,
        signal: signal ?? null,
      });
      const { headers } = response;
      return {
        request: `${method} ${path}`,
        status: response.statusCode,
        retryAfter: first(headers['retry-after']),
        date: first(headers['date']),
        text: await readText(response.body),
      };
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw new AsappError('unreachable', `ASAPP could not be reached: ${method} ${path}: ${codeOf(error)}`);
    }
  }
}

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

async function readText(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop ends the connection, so that the rest is never received.
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Text that is no Unicode cannot be a part of a path. */
function pathOf(transferId: string): string {
  try {
    return `${PATH}/${encodeURIComponent(transferId)}`;
  } catch {
    throw new AsappError('requestRefused', 'transferId: is not well-formed Unicode');
  }
}

/** For messages: the error's code at most, because its text and its cause may hold what was sent. */
function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : 'the request failed';
}

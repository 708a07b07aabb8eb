import { setImmediate as nextTurn } from 'node:timers/promises';

import { Agent, request } from 'undici';
import { z } from 'zod';

import { describeIssues } from '../contract/parse';

import { MAX_BODY_BYTES, readTransfer, type Answer } from './answer';
import { AsappError } from './error';
import type { CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './port';
import type { CallTransferResource } from './resource';

export interface HttpCallTransfersOptions {
  /** Base URL: `https://api.sandbox.asapp.com`, `https://api.asapp.com`. */
  apiUrl: string;
  /** API key id: the header `asapp-api-id`. */
  apiId: string;
  /** API key secret: the header `asapp-api-secret`. */
  apiSecret: string;
  /** How long a connection may take to come up, in milliseconds. Default: 1,000. */
  connectTimeoutMs?: number;
  /** How long a POST may take in all, in milliseconds. Default: 2,500, so that a second attempt fits into the hard limit of 5 s. */
  createTimeoutMs?: number;
  /** How long a GET may take in all, in milliseconds. Default: 1,750, so that a second attempt fits into the hard limit of 4 s. */
  getTimeoutMs?: number;
}

const headerValue = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters, without white space or a line break');
const timeoutMs = z.int().min(1).max(600_000);

const optionsSchema = z.object({
  apiUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  apiId: headerValue,
  apiSecret: headerValue,
  connectTimeoutMs: timeoutMs.default(1000),
  createTimeoutMs: timeoutMs.default(2500),
  getTimeoutMs: timeoutMs.default(1750),
});

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
 * once, and whether it is sent again is for the caller to decide.
 */
export class HttpCallTransfers implements CallTransfers {
  readonly #headers: Record<string, string>;
  readonly #apiUrl: string;
  readonly #agent: Agent;
  readonly #createTimeoutMs: number;
  readonly #getTimeoutMs: number;

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
    this.#agent = new Agent({ connectTimeout: data.connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS });
    this.#createTimeoutMs = data.createTimeoutMs;
    this.#getTimeoutMs = data.getTimeoutMs;
  }

  async create(transfer: CreateTransfer, limits: RequestLimits = {}): Promise<CreatedTransfer> {
    const { transferId, conversationId, country, inputContext } = transfer;
    const body = JSON.stringify({
      id: transferId,
      externalConversationId: conversationId,
      type: 'PHONE_NUMBER',
      phoneNumber: { country },
      inputContext,
    });
    const answer = await this.#send('POST', PATH, limits, this.#createTimeoutMs, body);
    if (answer.status === 409) {
      // The transfer exists already: an earlier attempt got through, though its answer did not. The agent
      // takes a connection back one turn of the event loop after an answer: without that turn this GET would
      // pay for a new one.
      await nextTurn();
      await limits.beforeAnother?.();
      return { transfer: await this.get(transferId, limits), existed: true };
    }
    return { transfer: readTransfer(answer, transferId), existed: false };
  }

  async get(transferId: string, limits: RequestLimits = {}): Promise<CallTransferResource> {
    const path = `${PATH}/${inPath(transferId)}`;
    return readTransfer(await this.#send('GET', path, limits, this.#getTimeoutMs), transferId);
  }

  /** Closes the kept connections, after the requests that are under way. May be repeated. */
  async close(): Promise<void> {
    if (!this.#agent.destroyed) await this.#agent.close();
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    { signal }: RequestLimits,
    timeoutMs: number,
    body?: string,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(`${this.#apiUrl}${path}`, {
        method,
        dispatcher: this.#agent,
        headers:
          body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
        body: body ?? null,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const retryAfter = response.headers['retry-after'];
      return {
        request: `${method} ${path}`,
        status: response.statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        text: await readText(response.body),
      };
    } catch (error) {
      const why = whyUnreachable(error, timeout.aborted ? timeoutMs : undefined, signal);
      throw new AsappError('unreachable', `ASAPP could not be reached: ${method} ${path}: ${why}`);
    }
  }
}

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

/** An id as a part of a path. Text that is no Unicode cannot be one. */
function inPath(transferId: string): string {
  try {
    return encodeURIComponent(transferId);
  } catch {
    throw new AsappError('requestRefused', 'transferId: is not well-formed Unicode');
  }
}

/** For messages: the error's code at most, because its text and its cause may hold what was sent. */
function whyUnreachable(
  error: unknown,
  timedOutAfterMs: number | undefined,
  signal: AbortSignal | undefined,
): string {
  if (timedOutAfterMs !== undefined) return `no answer within ${timedOutAfterMs} ms`;
  if (signal?.aborted === true) return 'given up by the caller';
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'the request failed';
}

import { Agent, request } from 'undici';
import { z } from 'zod';

import { describeIssues } from '../contract/parse';

import { AsappError } from './error';
import type { CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './port';
import { callTransferResourceSchema, type CallTransferResource } from './resource';
import { errorKind } from './status-table';

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

/** More than any transfer with its variables; less than what would hurt a worker. */
const MAX_BODY_BYTES = 1024 * 1024;
/** ASAPP's connections are kept between calls, so that a call does not pay for a TLS handshake. */
const KEEP_ALIVE_MS = 60_000;
const PATH = 'generativeagent/v1/call-transfers';

const errorBodySchema = z.object({
  error: z.object({ requestId: z.string().optional(), code: z.string().optional() }),
});

/**
 * ASAPP's call transfers over HTTP, with connections that are kept and reused.
 *
 * Invariants: the credentials are in the requests' headers and nowhere else; no error holds a number, a
 * variable, or text of ASAPP's, which may repeat the input; redirects are not followed.
 */
export class HttpCallTransfers implements CallTransfers {
  readonly #headers: Record<string, string>;
  readonly #base: string;
  readonly #agent: Agent;
  readonly #createTimeoutMs: number;
  readonly #getTimeoutMs: number;

  constructor(options: HttpCallTransfersOptions) {
    const {
      apiUrl,
      apiId,
      apiSecret,
      connectTimeoutMs = 1000,
      createTimeoutMs = 2500,
      getTimeoutMs = 1750,
    } = options;
    this.#base = `${apiUrl.replace(/\/+$/, '')}/${PATH}`;
    this.#headers = { 'asapp-api-id': apiId, 'asapp-api-secret': apiSecret, accept: 'application/json' };
    this.#agent = new Agent({ connectTimeout: connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS });
    this.#createTimeoutMs = createTimeoutMs;
    this.#getTimeoutMs = getTimeoutMs;
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
    const answer = await this.#send('POST', this.#base, limits, this.#createTimeoutMs, body);
    // The transfer exists already: an earlier attempt got through, though its answer did not.
    if (answer.status === 409) return { transfer: await this.get(transferId, limits), existed: true };
    return { transfer: read(answer, transferId), existed: false };
  }

  async get(transferId: string, limits: RequestLimits = {}): Promise<CallTransferResource> {
    const url = `${this.#base}/${encodeURIComponent(transferId)}`;
    return read(await this.#send('GET', url, limits, this.#getTimeoutMs), transferId);
  }

  /** Closes the kept connections, after the requests that are under way. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #send(
    method: 'GET' | 'POST',
    url: string,
    { signal }: RequestLimits,
    timeoutMs: number,
    body?: string,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(url, {
        method,
        dispatcher: this.#agent,
        headers:
          body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
        body: body ?? null,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const { statusCode: status, headers } = response;
      return {
        method,
        status,
        retryAfter: headers['retry-after'],
        text: await readText(response.body, method),
      };
    } catch (error) {
      if (error instanceof AsappError) throw error;
      const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : code(error);
      throw new AsappError('unreachable', `ASAPP could not be reached: ${method} call-transfers: ${why}`);
    }
  }
}

interface Answer {
  method: string;
  status: number;
  retryAfter: string | string[] | undefined;
  text: string;
}

async function readText(body: AsyncIterable<Buffer>, method: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw invalid(method, `body: is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The resource in an answer, checked field by field. */
function read({ method, status, retryAfter, text }: Answer, transferId: string): CallTransferResource {
  if (status !== 200 && status !== 201) throw refused(method, status, retryAfter, text);
  const result = callTransferResourceSchema.safeParse(parseJson(text, method));
  if (!result.success) throw invalid(method, describeIssues(result.error, 'body'));
  if (result.data.id !== transferId) throw invalid(method, 'id: is not the one that was asked for');
  return result.data;
}

function parseJson(text: string, method: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(method, 'body: is not JSON');
  }
}

const invalid = (method: string, what: string) =>
  new AsappError('responseInvalid', `ASAPP's answer to ${method} call-transfers is not valid: ${what}`);

function refused(
  method: string,
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
): AsappError {
  const { code = '', requestId = '' } = errorBody(text);
  const details = [code && `code ${code}`, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  return new AsappError(
    errorKind(status),
    `ASAPP answered ${status} to ${method} call-transfers${details && ` (${details})`}`,
    status,
    retryAfterMs(typeof retryAfter === 'string' ? retryAfter : retryAfter?.[0]),
  );
}

function errorBody(text: string): { requestId?: string | undefined; code?: string | undefined } {
  try {
    return errorBodySchema.parse(JSON.parse(text)).error;
  } catch {
    return {};
  }
}

/** `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const delay = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined;
}

const code = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'the request failed';

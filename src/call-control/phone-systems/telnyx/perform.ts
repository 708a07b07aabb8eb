import { APIError, Telnyx } from 'telnyx';
import { z } from 'zod';

import type { TelnyxCommand } from './commands';

export interface PerformOptions {
  /** API v2 key of the account. */
  apiKey: string;
  /** Address of the API, with its version. Default: `https://api.telnyx.com/v2`. */
  apiUrl?: string | undefined;
  /** How long one attempt may take, milliseconds: a caller waits on the line. Default: 1,500. */
  attemptTimeoutMs?: number | undefined;
  /** Attempts after the first, where Telnyx is busy, faulty or silent. Default: 2. */
  maxRetries?: number | undefined;
}

/** Carries commands out, one after the other. Rejects where Telnyx did not take one. */
type Perform = (commands: readonly TelnyxCommand[]) => Promise<void>;

/**
 * Commands through Telnyx's own client. A repeated attempt has the same `command_id`, so that one whose answer
 * was lost is not carried out twice. A command for a call that has ended meanwhile counts as done.
 */
export function performer(options: PerformOptions): Perform {
  const { apiKey, apiUrl = 'https://api.telnyx.com/v2', attemptTimeoutMs = 1500, maxRetries = 2 } = options;
  const client = new Telnyx({
    apiKey,
    baseURL: apiUrl,
    timeout: attemptTimeoutMs,
    maxRetries,
    fetch: fetchWithoutLongWaits,
    // Only what the options say, whatever else the environment has for other programs.
    publicKey: null,
    clientID: null,
    clientSecret: null,
    // Its log of requests would hold phone numbers.
    logLevel: 'off',
  });
  return async (commands) => {
    for (const command of commands) await unlessEnded(send(client, command));
  };
}

async function send({ calls: { actions } }: Telnyx, command: TelnyxCommand): Promise<unknown> {
  const { callControlId } = command;
  switch (command.action) {
    case 'answer':
      return await actions.answer(callControlId, command.params);
    case 'transfer':
      return await actions.transfer(callControlId, command.params);
    case 'enqueue':
      return await actions.enqueue(callControlId, command.params);
    case 'hangup':
      return await actions.hangup(callControlId, command.params);
  }
}

async function unlessEnded(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!hasEnded(error)) throw error;
  }
}

/** Telnyx's code for "Call has already ended". */
const CALL_HAS_ENDED = '90018';

const refusalSchema = z.object({ errors: z.array(z.object({ code: z.coerce.string() })) });

function hasEnded(error: unknown): boolean {
  if (!(error instanceof APIError) || (error.status !== 422 && error.status !== 404)) return false;
  const refusal = refusalSchema.safeParse(error.error);
  return refusal.success && refusal.data.errors.some(({ code }) => code === CALL_HAS_ENDED);
}

/** Telnyx's client waits for as long as `Retry-After` says. A caller on the line cannot, so that it is not told. */
async function fetchWithoutLongWaits(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  if (response.ok) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.delete('retry-after');
  headers.delete('retry-after-ms');
  return new Response(response.body, { status, statusText, headers });
}

import { createHash } from 'node:crypto';

import { APIError, Telnyx } from 'telnyx';
import type {
  ActionAnswerParams,
  ActionEnqueueParams,
  ActionHangupParams,
  ActionTransferParams,
} from 'telnyx/resources/calls/actions';
import { z } from 'zod';

import { LatestMap } from '../../../environment/latest-map';
import type { Dialled } from '../../routes';

/** A command of Call Control for one leg. Each names its `command_id`, so that Telnyx carries a repetition out once. */
export type TelnyxCommand =
  | Command<'answer', ActionAnswerParams>
  | Command<'transfer', ActionTransferParams>
  | Command<'enqueue', ActionEnqueueParams>
  | Command<'hangup', ActionHangupParams>;

interface Command<Action extends string, Params> {
  action: Action;
  callControlId: string;
  params: Params & { command_id: string };
  /** `command_id` of another command for the same call: if that was taken, this one is too late, and not sent. */
  unless?: string;
}

/**
 * What a command is for. All ways to route a caller are one: when a webhook comes twice and is answered
 * differently, the first answer stays.
 */
type Purpose = 'answer' | 'dial' | 'route' | `route after ${Dialled}`;

/** The same id for the same purpose of the same leg, in the form of a UUID. */
export function commandId(conversationId: string, transferId: string, purpose: Purpose): string {
  const hex = createHash('sha256').update(`${conversationId}/${transferId}/${purpose}`).digest('hex');
  // Version 8, for UUIDs of one's own making.
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-8$3-8$4-$5');
}

export interface PerformOptions {
  /** API v2 key of the account. */
  apiKey: string;
  /** Address of the API, with its version. Default: `https://api.telnyx.com/v2`. */
  apiUrl?: string | undefined;
  /** How long one attempt may take, milliseconds: a caller waits on the line. Default: 1,500. */
  attemptTimeoutMs?: number | undefined;
  /** Attempts after the first, if Telnyx is busy, faulty or silent. Default: 2. */
  maxRetries?: number | undefined;
}

/** How Telnyx's client sends any command: a `TelnyxCommand` has the parameters of its action. */
type Send = Record<TelnyxCommand['action'], (callControlId: string, params: object) => Promise<unknown>>;

/**
 * Carries commands out, one after the other, through Telnyx's own client. Rejects if Telnyx did not take one. A
 * repeated attempt has the same `command_id`, so that one whose answer was lost is not carried out twice; one that was taken is
 * not sent again. A command for a call that has ended meanwhile counts as done, and so does `answer` for one that is up.
 */
export function performer(options: PerformOptions): (commands: readonly TelnyxCommand[]) => Promise<void> {
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
  const send = client.calls.actions as Send;
  const carryOut = async ({ action, callControlId, params }: TelnyxCommand) => {
    try {
      await send[action](callControlId, params);
    } catch (error) {
      if (!hasEnded(error) && !(action === 'answer' && isRefused(error))) throw error;
    }
  };
  const taken = new LatestMap<string, Promise<void>>(REMEMBERED);
  return async (commands) => {
    for (const command of commands) {
      const { callControlId, params, unless } = command;
      const keyOf = (commandId: string) => `${callControlId} ${commandId}`;
      const key = keyOf(params.command_id);
      const before = taken.get(key) ?? taken.get(keyOf(unless ?? params.command_id));
      if (before !== undefined) await before;
      else await remembered(taken, key, carryOut(command));
    }
  };
}

/** So many commands are not sent a second time. Of older ones Telnyx itself knows that they were carried out. */
const REMEMBERED = 10_000;

/** Until it fails: what was not taken is sent again with the next webhook. */
async function remembered(
  taken: Map<string, Promise<void>>,
  key: string,
  done: Promise<void>,
): Promise<void> {
  taken.set(key, done);
  await done.catch((error: unknown) => {
    taken.delete(key);
    throw error;
  });
}

/** A call that was answered before cannot be answered again. */
const isRefused = (error: unknown) => error instanceof APIError && error.status === 422;

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

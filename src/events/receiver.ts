import { cancellationSignal, metricMeter } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { z } from 'zod';

import { httpUrl } from '../contract/fields';

import { EVENT_NOT_DELIVERED, type EventActivities } from './messages';

/** How long a receiver may take to answer, milliseconds. */
const ANSWER_LIMIT_MS = 10_000;

/** A secret of Standard Webhooks: base64, of 24 to 64 bytes. */
const secretSchema = z
  .string()
  .regex(
    /^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/,
    'must be base64 of 24 to 64 bytes, with or without whsec_ before it',
  );

export const eventsOptionsSchema = z.strictObject({
  /** Where events are posted. */
  url: httpUrl,
  /** With which they are signed, each for itself: two while one is replaced by another. */
  secrets: z.array(secretSchema).min(1),
  /** The names of the variables that may be told, among the last leg's. Default: none. */
  variables: z.array(z.string()).default([]),
});
export type EventsOptions = z.input<typeof eventsOptionsSchema>;

/**
 * Who is told of conversations that are over: posts are signed as Standard Webhooks says.
 *
 * @throws Error if the package `standardwebhooks` is not there
 */
export async function eventActivities({
  url,
  secrets,
}: Pick<z.output<typeof eventsOptionsSchema>, 'url' | 'secrets'>): Promise<EventActivities> {
  const { Webhook } = await import('standardwebhooks');
  const signers = secrets.map((secret) => new Webhook(secret));
  return {
    callTransferDeliverEvent: async ({ id, event }) => {
      const body = JSON.stringify(event);
      const problem = await post(url, { headers: signed(signers, id, body), body });
      if (problem === undefined) return;
      metricMeter.createCounter('call_transfer_event_failures', '1', 'Attempts at events that failed').add(1);
      throw ApplicationFailure.retryable(`The receiver ${problem}`, EVENT_NOT_DELIVERED);
    },
  };
}

function signed(signers: readonly Webhook[], id: string, body: string): Record<string, string> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
  };
}

/** Answers what was wrong, in words for the Web UI: nothing of what was sent or answered is in them. */
async function post(
  url: string,
  message: { headers: Record<string, string>; body: string },
): Promise<string | undefined> {
  const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_LIMIT_MS), cancellationSignal()]);
  try {
    const { statusCode, body } = await request(url, { method: 'POST', ...message, signal });
    await body.dump();
    return statusCode >= 200 && statusCode < 300 ? undefined : `answered ${statusCode}`;
  } catch (error) {
    if (cancellationSignal().aborted) throw error;
    if (signal.aborted) return `did not answer within ${ANSWER_LIMIT_MS} ms`;
    return `could not be reached: ${(error as { code?: string }).code ?? (error as Error).name}`;
  }
}

import { z } from 'zod';

import { describeIssues } from '../contract/parse';
import { jsonBytes, largest } from '../contract/sizes';

import { AsappError, errorKind } from './error';
import type { Assigned } from './port';
import { assignedNumberSchema, callTransferResourceSchema, type CallTransferResource } from './resource';

/** An HTTP answer of ASAPP's, and what it answers. */
export interface Answer {
  /** For messages: method and path, such as `GET /generativeagent/v1/call-transfers/conv-1-a`. */
  request: string;
  status: number;
  /** The header `Retry-After` as sent. */
  retryAfter: string | undefined;
  /** The header `Date` as sent. */
  date: string | undefined;
  /** The body, `undefined` if it was longer than `MAX_BODY_BYTES`. */
  text: string | undefined;
}

/** 2 MiB: the largest input variables, which an answer repeats, and the largest context; less than what would hurt a worker. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** The only dates that `Retry-After` may hold, such as `Sun, 06 Nov 1994 08:49:37 GMT`, in the form that must be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** A daily quota lasts for the rest of the day, and no wait is longer. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
/** The header `Date` has whole seconds: the answer is up to one second younger than it says. */
const DATE_RESOLUTION_MS = 1000;
/** The lifetime of a number that ASAPP documents as its default. */
const DEFAULT_LIFETIME_MS = 60_000;

/** What is quoted of an error's body: short words of ASAPP's own. Anything else may repeat the input. */
const word = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .optional()
  .catch(undefined);
const errorBodySchema = z.object({ error: z.object({ code: word, requestId: word }) });

/**
 * The transfer in an answer, checked field by field.
 *
 * @param schema - for the answer to a POST, `createdResourceSchema`: there a transfer without a status is new
 * @throws AsappError of the kind that the status means, or `responseInvalid` or `responseTooLarge` naming the field
 */
export function readTransfer(
  answer: Answer,
  transferId: string,
  schema: z.ZodType<CallTransferResource> = callTransferResourceSchema,
): CallTransferResource {
  const transfer = readAs(schema, answer);
  if (transfer.id !== undefined && transfer.id !== transferId) {
    throw invalidAnswer(answer, 'id: is not the one that was asked for');
  }
  if (jsonBytes(transfer.outputContext) > largest.context)
    throw tooLarge(answer, 'outputContext', largest.context);
  return transfer;
}

/**
 * The number that the answer about an `ACTIVE` transfer assigns.
 *
 * @param requested - the country, if ASAPP does not repeat it
 * @param now - this process's clock, epoch milliseconds: only if ASAPP's own says nothing, as HTTP lets no server with
 *   a clock; then no number lives longer than ASAPP's default
 */
export function readAssigned(answer: Answer, requested: string, now = Date.now()): Assigned {
  const { createdAt, phoneNumber } = readAs(assignedNumberSchema, answer);
  const { transferNumber, country = requested } = phoneNumber;
  const expiresAt = phoneNumber.expireAt ?? phoneNumber.expiresAt;
  if (expiresAt === undefined) throw invalidAnswer(answer, 'phoneNumber.expireAt: is missing');
  const answeredAt = Date.parse(answer.date ?? '');
  return {
    destination: { type: 'PHONE_NUMBER', transferNumber, country },
    lifetimeMs: createdAt === undefined ? undefined : expiresAt - createdAt,
    leftMs: Number.isNaN(answeredAt)
      ? Math.min(expiresAt - now, DEFAULT_LIFETIME_MS)
      : expiresAt - answeredAt - DATE_RESOLUTION_MS,
  };
}

function readAs<T extends z.ZodType>(schema: T, answer: Answer): z.output<T> {
  if (answer.status >= 300) throw refusal(answer);
  if (answer.text === undefined) throw tooLarge(answer, 'body', MAX_BODY_BYTES);
  const result = check(schema, answer, answer.text);
  if (!result.success) throw invalidAnswer(answer, describeIssues(result.error, 'body'));
  return result.data;
}

function check<T extends z.ZodType>(schema: T, answer: Answer, text: string) {
  try {
    return schema.safeParse(JSON.parse(text));
  } catch (error) {
    // The schema follows variables as deep as they go, and the stack is not that deep.
    const what = error instanceof SyntaxError ? 'is not JSON' : 'is nested too deeply';
    throw invalidAnswer(answer, `body: ${what}`);
  }
}

/** The error for an answer that does not fit ASAPP's own description. `what` names the field, never its value. */
const invalidAnswer = ({ request, status }: Answer, what: string): AsappError =>
  new AsappError('responseInvalid', `ASAPP's answer to ${request} is not valid: ${what}`, status);

const tooLarge = ({ request, status }: Answer, what: string, most: number): AsappError =>
  new AsappError(
    'responseTooLarge',
    `ASAPP's answer to ${request} is too large: ${what}: has more than ${most} bytes`,
    status,
  );

function refusal({ request, status, retryAfter, text }: Answer): AsappError {
  const { code, requestId } = errorBody(text);
  const details = [code && `code ${code}`, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const message = `ASAPP answered ${status} to ${request}${details === '' ? '' : ` (${details})`}`;
  return new AsappError(errorKind(status), message, status, retryAfterMs(retryAfter, Date.now()));
}

function errorBody(text: string | undefined): z.output<typeof errorBodySchema>['error'] {
  try {
    return errorBodySchema.parse(text && JSON.parse(text)).error;
  } catch {
    return {};
  }
}

/**
 * How long the header `Retry-After` asks to wait: whole seconds, or until a date (RFC 9110, section 10.2.3).
 *
 * @param now - epoch milliseconds
 * @returns milliseconds, from 0 for a date that has passed to 24 h; `undefined` if nothing can be read
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const until = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  const delay = /^\d+$/.test(value) ? Number(value) * 1000 : until - now;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(0, delay), LONGEST_WAIT_MS);
}

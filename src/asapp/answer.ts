import { z } from 'zod';

import { describeIssues } from '../contract/parse';
import type { RequestedTransport } from '../contract/transport';

import { assignedIn, type Assigned } from './assigned';
import { AsappError } from './error';
import {
  assignedNumberSchema,
  callTransferResourceSchema,
  createdResourceSchema,
  type CallTransferResource,
} from './resource';
import { retryAfterMs } from './retry-after';
import { errorKind } from './status-table';

/** An HTTP answer of ASAPP's, and what it answers. */
export interface Answer {
  /** For messages: method and path, such as `GET /generativeagent/v1/call-transfers/conv-1-a`. */
  request: string;
  status: number;
  /** The header `Retry-After` as sent. */
  retryAfter: string | undefined;
  /** The header `Date` as sent. */
  date: string | undefined;
  /** The body, `undefined` where it was longer than `MAX_BODY_BYTES`. */
  text: string | undefined;
}

/** 1 MiB: more than any transfer with its variables, less than what would hurt a worker. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** What is quoted of an error's body: short words of ASAPP's own. Anything else may repeat the input. */
const word = z.string().regex(/^[\w.-]{1,64}$/);

const errorBodySchema = z.object({
  error: z.object({ requestId: word.optional().catch(undefined), code: word.optional().catch(undefined) }),
});

/**
 * The transfer in an answer, checked field by field.
 *
 * @throws AsappError of the kind that the status means, or `responseInvalid` naming the field that is wrong
 */
export function readTransfer(answer: Answer, transferId: string): CallTransferResource {
  return ofThisId(answer, transferId, readAs(callTransferResourceSchema, answer));
}

/** The transfer in the answer to a POST: one without a status is new. */
export function readCreated(answer: Answer, transferId: string): CallTransferResource {
  return ofThisId(answer, transferId, readAs(createdResourceSchema, answer));
}

/** What the answer about an `ACTIVE` transfer assigns. */
export function readAssigned(answer: Answer, requested: RequestedTransport): Assigned {
  const body = readAs(assignedNumberSchema, answer);
  const expiresAt = body.phoneNumber.expireAt ?? body.phoneNumber.expiresAt;
  if (expiresAt === undefined) throw invalidAnswer(answer, 'phoneNumber.expireAt: is missing');
  return assignedIn(body, expiresAt, requested, { date: answer.date, now: Date.now() });
}

function readAs<T extends z.ZodType>(schema: T, answer: Answer): z.output<T> {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer);
  const result = check(schema, answer, parseBody(answer));
  if (!result.success) throw invalidAnswer(answer, describeIssues(result.error, 'body'));
  return result.data;
}

function ofThisId(answer: Answer, transferId: string, transfer: CallTransferResource): CallTransferResource {
  if (transfer.id === undefined || transfer.id === transferId) return transfer;
  throw invalidAnswer(answer, 'id: is not the one that was asked for');
}

/** The error for an answer that does not fit ASAPP's own description. `what` names the field, never its value. */
function invalidAnswer({ request, status }: Answer, what: string): AsappError {
  return new AsappError('responseInvalid', `ASAPP's answer to ${request} is not valid: ${what}`, status);
}

function parseBody(answer: Answer): unknown {
  if (answer.text === undefined) throw invalidAnswer(answer, `body: is longer than ${MAX_BODY_BYTES} bytes`);
  try {
    return JSON.parse(answer.text);
  } catch {
    throw invalidAnswer(answer, 'body: is not JSON');
  }
}

function check<T extends z.ZodType>(schema: T, answer: Answer, body: unknown) {
  try {
    return schema.safeParse(body);
  } catch {
    // The schema follows variables as deep as they go, and the stack is not that deep.
    throw invalidAnswer(answer, 'body: is nested too deeply');
  }
}

function refusal({ request, status, retryAfter, text }: Answer): AsappError {
  const { code, requestId } = errorBody(text);
  const details = [
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ].join(', ');
  return new AsappError(
    errorKind(status),
    `ASAPP answered ${status} to ${request}${details === '' ? '' : ` (${details})`}`,
    status,
    retryAfterMs(retryAfter, Date.now()),
  );
}

function errorBody(text = ''): { requestId?: string | undefined; code?: string | undefined } {
  try {
    return errorBodySchema.parse(JSON.parse(text)).error;
  } catch {
    return {};
  }
}

import { z } from 'zod';

import { describeIssues } from '../contract/parse';

import { AsappError } from './error';
import { callTransferResourceSchema, type CallTransferResource } from './resource';
import { retryAfterMs } from './retry-after';
import { errorKind } from './status-table';

/** An HTTP answer of ASAPP's, and what it answers. */
export interface Answer {
  /** For messages: method and path, such as `GET /generativeagent/v1/call-transfers/conv-1-a`. */
  request: string;
  status: number;
  /** The header `Retry-After` as sent. */
  retryAfter: string | undefined;
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
  if (answer.status < 200 || answer.status > 299) throw refusal(answer);
  const result = check(answer, parseBody(answer));
  if (!result.success) throw invalidAnswer(answer, describeIssues(result.error, 'body'));
  if (result.data.id !== transferId) throw invalidAnswer(answer, 'id: is not the one that was asked for');
  return result.data;
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

function check(answer: Answer, body: unknown) {
  try {
    return callTransferResourceSchema.safeParse(body);
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

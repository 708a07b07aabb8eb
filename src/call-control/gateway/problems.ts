import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { ConversationNotFoundError, NoAnswerError } from '../../client/errors';
import { failureTypes, refusalType, type RefusalType } from '../../contract/failures';
import { BusyError } from '../load';
import { WebhookError } from '../phone-system';

/** What every answer other than 2xx says. */
export const problemSchema = z.object({
  error: z.object({
    /** For programs. An open set. */
    type: z.string(),
    /** For people: names the field if one is wrong. Nothing of the gateway's inside. */
    message: z.string(),
  }),
});

/** How an answer of JSON is described. */
export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

/** How an answer with a problem is described. */
export const problem = (description: string) => answer(description, problemSchema);

/** What any address that takes a body may answer with. */
export const problems = {
  400: problem('A field is missing or wrong; the message names it'),
  413: problem('The body is too large'),
  429: problem('Too many requests'),
};

/** A request that is answered with a problem. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export const unauthorized = () =>
  new Problem(401, 'Unauthorized', 'The credentials or the signature are missing, wrong, or too old');

/** How the workflow's refusals look over HTTP. */
const statuses: Record<RefusalType, number> = {
  InvalidInput: 400,
  UnknownLeg: 404,
  LegInProgress: 409,
  NumberNotDialable: 409,
  TransferIdConflict: 409,
};

/** The problem that an error is to whoever asked. */
function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WebhookError) return new Problem(400, failureTypes.invalidInput, error.message);
  if (error instanceof NoAnswerError)
    return new Problem(503, 'TemporalUnavailable', 'Temporal gave no answer in time: repeat the request');
  if (error instanceof BusyError)
    return new Problem(503, 'GatewayBusy', 'Too much is under way here: repeat the request in a second');
  if (error instanceof ConversationNotFoundError)
    return new Problem(404, 'ConversationNotFound', error.message);
  const type = refusalType(error);
  if (type !== undefined) return new Problem(statuses[type], type, error.message);
  return asBadRequest(error) ?? new Problem(500, 'Internal', 'Something went wrong here');
}

/** What the framework finds wrong with a request. */
function asBadRequest(error: FastifyError | Error): Problem | undefined {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map(({ instancePath, message = '' }) => {
      const path = instancePath.split('/').filter((part) => part !== '');
      const what = message.endsWith('received undefined') ? 'is missing' : message;
      return `${path.join('.') || (error.validationContext ?? 'body')}: ${what}`;
    });
    return new Problem(400, failureTypes.invalidInput, fields.join('; '));
  }
  const { statusCode = 500, code = '' } = error as Partial<FastifyError>;
  if (statusCode < 400 || statusCode > 499) return undefined;
  const [type, message] = badRequests[statusCode] ?? [failureTypes.invalidInput, 'The request is not valid'];
  return new Problem(statusCode, type, messages.get(code) ?? message);
}

const messages = new Map([
  ['FST_ERR_BAD_URL', 'url: cannot be decoded'],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'body: is not JSON'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'body: is missing'],
]);

const badRequests: Readonly<Record<number, [type: string, message: string]>> = {
  400: [failureTypes.invalidInput, 'body: cannot be read'],
  413: ['BodyTooLarge', 'body: is too large'],
  415: ['UnsupportedMediaType', 'content-type: is not one that this address takes'],
  429: ['TooManyRequests', 'Too many requests: slow down'],
};

/** Answers with the problem; what is the gateway's own fault goes to the log, without the request's body. */
export function answerProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const problem = problemOf(error);
  if (error instanceof BusyError) void reply.header('retry-after', '1');
  else if (problem.status >= 500) {
    request.log.error({ error: { name: error.name, stack: error.stack } }, 'A request failed');
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .code(problem.status)
    .type('application/json')
    .send(JSON.stringify({ error: { type: problem.type, message: problem.message } }));
}

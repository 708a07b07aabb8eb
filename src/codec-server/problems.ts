import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

import { UnencryptedPayloadError, UnknownEncryptionKeyError } from '../codec/encryption-codec';
import { TamperedPayloadError } from '../codec/sealed-payload';

import { TokenError } from './token';

/** What is wrong with a payload, and not with the server. */
const ofPayload = [UnencryptedPayloadError, UnknownEncryptionKeyError, TamperedPayloadError];

/** Answers with what went wrong: nothing of a key or a payload, and nothing of the inside. */
export function answerProblem(
  error: FastifyError | TokenError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { name, stack, message } = error;
  const isOfPayload = ofPayload.some((type) => error instanceof type);
  const { statusCode = isOfPayload ? 422 : 500 } = error as Partial<FastifyError>;
  const isOfToken = error instanceof TokenError;
  if (isOfToken) {
    const { url } = request.routeOptions;
    request.log.warn({ url, status: statusCode, address: request.ip, why: message }, 'Refused');
  }
  if (isOfToken || statusCode < 500) {
    void reply.code(statusCode).send({ message });
    return;
  }
  request.log.error({ error: { name, stack } }, 'A request failed');
  void reply.code(500).send({ message: 'Something went wrong here' });
}

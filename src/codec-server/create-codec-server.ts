import fastifyCors from '@fastify/cors';
import type { Payload, PayloadCodec } from '@temporalio/common';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { TamperedPayloadError, UnknownEncryptionKeyError } from '../codec/errors';

import { asksForToken, type TokenCheck } from './token';

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** Who may read. */
  checkToken: TokenCheck;
  /** Origins of Web UIs, such as `https://temporal.example.com`. Browsers let no other page read an answer. */
  uiOrigins: readonly string[];
  /** Of the log on standard output. Default: `silent`. */
  logLevel?: string;
}

/** A page of a history is at most 4 MB on the wire; as base64 within JSON it is a third more. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** Payloads in the JSON form of Protobuf. */
const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), bytes).optional(), data: bytes.optional() })),
});

const inJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  ...(data === null || data === undefined ? {} : { data: base64(data) }),
});

const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64');

/**
 * A codec server, by Temporal's protocol: `POST /decode` and `POST /encode`, for the Web UI and the `temporal` command.
 * Whoever has a valid token reads what was said on every call whose payloads he brings, so every request is logged with
 * the token's subject.
 *
 * @returns a server that does not listen yet
 */
export async function createCodecServer(options: CodecServerOptions): Promise<FastifyInstance> {
  const { codec, checkToken, uiOrigins, logLevel = 'silent' } = options;
  const app = fastify({
    logger: { level: logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const [status, message] = problemOf(error);
    if (status >= 500)
      request.log.error({ error: { name: error.name, stack: error.stack } }, 'A request failed');
    void reply.code(status).send({ message });
  });
  await app.register(fastifyCors, {
    origin: [...uiOrigins],
    methods: ['POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
    credentials: true,
    maxAge: 600,
  });
  app.get('/health/live', () => ({ status: 'ok' }));
  const works = {
    decode: (payloads: Payload[]) => codec.decode(payloads),
    encode: (payloads: Payload[]) => codec.encode(payloads),
  };
  for (const [name, work] of Object.entries(works)) {
    app.post(
      `/${name}`,
      { onRequest: asksForToken(checkToken), schema: { body: bodySchema } },
      async (request, reply) => {
        const payloads = request.body.payloads.map(({ metadata, data }): Payload => ({
          metadata: metadata ?? null,
          data: data ?? null,
        }));
        const worked = await work(payloads);
        request.log.info(
          {
            work: name,
            subject: request.subject,
            namespace: request.headers['x-namespace'],
            payloads: payloads.length,
          },
          'Answered',
        );
        // No proxy or disk cache keeps what is in clear.
        void reply.header('cache-control', 'no-store');
        return { payloads: worked.map(inJson) };
      },
    );
  }
  return app;
}

/** What an error is to whoever asked; nothing of a key or a payload. */
function problemOf(error: Error & { statusCode?: number }): [status: number, message: string] {
  if (error instanceof UnknownEncryptionKeyError || error instanceof TamperedPayloadError)
    return [422, error.message];
  const { statusCode = 500 } = error;
  return statusCode < 500 ? [statusCode, error.message] : [500, 'Something went wrong here'];
}

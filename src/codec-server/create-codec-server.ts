import fastifyCors from '@fastify/cors';
import fastifyRateLimit from '@fastify/rate-limit';
import type { Payload, PayloadCodec } from '@temporalio/common';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { UnknownEncryptionKeyError } from '../codec/encryption-codec';
import { TamperedPayloadError } from '../codec/sealed-payload';
import { boundedServer } from '../environment/http-server';

import { BAD_TOKEN, TokenError, type TokenCheck } from './token';

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** Who may read. */
  checkToken: TokenCheck;
  /** Origins of Web UIs, such as `https://temporal.example.com`. Browsers let no other page read an answer. */
  uiOrigins: readonly string[];
  /** Pino, or anything like it. Default: Pino on standard output. */
  logger?: FastifyBaseLogger;
  /** Of the default logger. Default: `silent`. */
  logLevel?: string;
}

/** A page of a history is at most 4 MB on the wire; as base64 within JSON it is a third more. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** From one address: a page of the Web UI decodes some dozens of payloads at once. */
const REQUESTS_PER_SECOND = 100;

/** Base64 of either alphabet, with or without padding. */
const bytes = z
  .string()
  .regex(/^[\w+/-]*={0,2}$/, 'must be base64')
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** Payloads in the JSON form of Protobuf, in which `null` is what is absent. */
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), bytes).nullish(), data: bytes.nullish() }))
    .nullish(),
});

const inJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  ...(data === null || data === undefined ? {} : { data: base64(data) }),
});

const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64');

/**
 * A codec server, by Temporal's protocol: `POST /decode` and `POST /encode`, for the Web UI and the `temporal` command. A
 * namespace may stand before either: the Web UI puts it in place of `{namespace}` in the address that it is given.
 * Whoever has a valid token reads what was said on every call whose payloads he brings, so every request is logged with
 * the token's subject.
 *
 * @returns a server that does not listen yet
 */
export async function createCodecServer(options: CodecServerOptions): Promise<FastifyInstance> {
  const { codec, checkToken, uiOrigins, logger, logLevel: level = 'silent' } = options;
  const app = fastify({
    serverFactory: boundedServer(),
    ...(logger === undefined ? { logger: { level } } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 1000 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isOfPayload = error instanceof UnknownEncryptionKeyError || error instanceof TamperedPayloadError;
    const { statusCode = isOfPayload ? 422 : 500, name, stack, message } = error;
    if (error instanceof TokenError) {
      const { url } = request.routeOptions;
      request.log.warn({ url, status: error.statusCode, address: request.ip, why: message }, 'Refused');
      return reply.code(error.statusCode).send({ message });
    }
    if (statusCode < 500) return reply.code(statusCode).send({ message });
    request.log.error({ error: { name, stack } }, 'A request failed');
    // Nothing of a key or a payload.
    return reply.code(500).send({ message: 'Something went wrong here' });
  });
  await app.register(fastifyRateLimit, { max: REQUESTS_PER_SECOND, timeWindow: 1000 });
  await app.register(fastifyCors, {
    origin: [...uiOrigins],
    methods: ['POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
    credentials: true,
    maxAge: 600,
  });
  app.get('/health/live', { config: { rateLimit: false } }, () => ({ status: 'ok' }));
  const works = ['decode', 'encode'] as const;
  for (const [work, url] of works.flatMap((w) => [`/${w}`, `/:namespace/${w}`].map((u) => [w, u] as const))) {
    app.post(url, {
      onRequest: async (request) => {
        request.subject = await checkToken(tokenOf(request));
      },
      schema: { body: bodySchema, params: z.object({ namespace: z.string().optional() }) },
      handler: async ({ subject, headers, params, body, log }, reply) => {
        const given = body.payloads ?? [];
        const payloads = given.map(({ metadata = null, data = null }) => ({ metadata, data }));
        const worked = await codec[work](payloads);
        const namespace = params.namespace ?? headers['x-namespace'];
        log.info({ work, subject, namespace, payloads: payloads.length }, 'Answered');
        // No proxy or disk cache keeps what is in clear.
        void reply.header('cache-control', 'no-store');
        return { payloads: worked.map(inJson) };
      },
    });
  }
  return app;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token it is: `sub`. */
    subject?: string;
  }
}

/** @throws TokenError if there is none */
function tokenOf({ headers }: FastifyRequest): string {
  const [scheme = '', token = ''] = headers.authorization?.split(' ') ?? [];
  if (scheme.toLowerCase() !== 'bearer' || token === '') throw new TokenError(401, BAD_TOKEN);
  return token;
}

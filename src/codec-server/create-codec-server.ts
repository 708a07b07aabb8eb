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

import { boundedServer } from '../environment/http-server';

import { describeRoutes, descriptionOf, healthSchema } from './description';
import { answerProblem } from './problems';
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
    frameworkErrors: answerProblem,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(answerProblem);
  await app.register(fastifyRateLimit, { max: REQUESTS_PER_SECOND, timeWindow: 1000 });
  await app.register(fastifyCors, {
    origin: [...uiOrigins],
    methods: ['POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
    credentials: true,
    maxAge: 600,
  });
  await describeRoutes(app);
  app.get('/health/live', { config: { rateLimit: false }, schema: healthSchema }, () => ({ status: 'ok' }));
  const works = ['decode', 'encode'] as const;
  for (const [work, url] of works.flatMap((w) => [`/${w}`, `/:namespace/${w}`].map((u) => [w, u] as const))) {
    app.post(url, {
      onRequest: async (request) => {
        request.subject = await checkToken(tokenOf(request));
      },
      ...descriptionOf(work, url !== `/${work}`),
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

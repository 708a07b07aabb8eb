import { METHODS } from 'node:http';

import fastifyRateLimit from '@fastify/rate-limit';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';

import type { CallTransferClient } from '../../client/call-transfer-client';
import type { NextStep } from '../../contract/next-step';
import { boundedServer } from '../../environment/http-server';
import type { CallerKey } from '../calls';
import { NextSteps, type AwaitingEvent } from '../next-steps';
import type { PhoneSystem } from '../phone-system';
import type { Route } from '../routes';

import { conversationRoutes } from './conversation-routes';
import { describeRoutes } from './description';
import { healthRoutes } from './health-routes';
import { legEventRoute, webhooksOf } from './leg-event-route';
import { answerProblem, Problem } from './problems';
import { webhookRoutes } from './webhook-routes';

export interface GatewayOptions {
  client: CallTransferClient;
  /** Whether calls can be answered, for the readiness probe; it is told what a `NoAnswerError` says. */
  isReady: () => Promise<boolean>;
  /** The gateway's address as phone systems know it, without a slash at the end. Signatures are checked against it. */
  publicUrl: string;
  /** Bearer tokens of the conversations' addresses; with none nobody is let in. */
  apiKeys?: readonly string[];
  /** Secrets of Standard Webhooks, for signed leg events; with none nobody is let in. */
  webhookSecrets?: readonly string[];
  phoneSystems?: readonly PhoneSystem[];
  /** Finds the conversation of a phone system's call by its caller's number. Default: each call is a conversation. */
  callerKey?: CallerKey;
  /** Where a caller goes when Temporal gives no answer. */
  fallbackRoute: Route;
  /** Hard limit from a request to the next step, milliseconds. Default: 5,000. */
  requestLimitMs?: number;
  /** Hard limit from a disconnect to the next step, milliseconds. Default: 4,000. */
  disconnectLimitMs?: number;
  /**
   * How late the process may be with what has come, milliseconds, before whoever wants a new leg gets the fallback route at once;
   * every other event is refused when it is twice as late. Default: 250.
   */
  busyAfterMs?: number;
  /** How old a signed leg event may be, seconds, at most 300. Default: 300. */
  webhookToleranceSeconds?: number;
  /** Largest body, bytes. Default: 262,144. */
  bodyLimitBytes?: number;
  /** Requests that one address may send to one route in a second. Default: 1,000. */
  requestsPerSecond?: number;
  /** Proxies whose `X-Forwarded-For` is believed, as addresses or networks, to tell whose rate a request counts for. Default: none. */
  trustedProxies?: readonly string[];
  /** Told of every step that a caller gets. */
  onStep?: (event: AwaitingEvent, step: NextStep) => void;
  /** Told of every answer to a request. */
  onAnswer?: (answer: GatewayAnswer) => void;
  /** Pino, or anything like it. Default: Pino on standard output. */
  logger?: FastifyBaseLogger;
  /** Of the default logger. Default: `silent`. */
  logLevel?: string;
}

/** How a request was answered. */
export interface GatewayAnswer {
  method: string;
  /** The address's pattern, such as `/v1/conversations/:conversationId`; `none` if there is none. */
  route: string;
  /** HTTP status. */
  status: number;
  seconds: number;
}

/** Path parameters are ids of up to 200 characters, each of which may be four bytes, escaped. */
const MAX_PARAM_LENGTH = 2400;

/**
 * The gateway: an HTTP server in front of the workflow, for phone systems that speak webhooks and not Temporal.
 * It is stateless; run as many as you like.
 *
 * @returns a server that does not listen yet
 */
export async function createGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const { logger, logLevel: level = 'silent' } = options;
  const webhooks = webhooksOf(options);
  const app = fastify({
    serverFactory: boundedServer(),
    ...(logger === undefined ? { logger: { level } } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? 256 * 1024,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: answerProblem,
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are described, not checked: a caller does not wait for a field that a newer worker added.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new Problem(404, 'NotFound', 'There is nothing at this address');
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const { statusCode: status, elapsedTime } = reply;
    request.log.info({ method, route: routeOptions.url, status, ms: Math.round(elapsedTime) }, 'Answered');
    options.onAnswer?.({ method, route: routeOptions.url ?? 'none', status, seconds: elapsedTime / 1000 });
    done();
  });
  const refuseOthers = refuseOtherMethods(app);

  await app.register(fastifyRateLimit, {
    max: options.requestsPerSecond ?? 1000,
    timeWindow: 1000,
    // Whoever floods one route shuts nobody behind the same address out of the others.
    keyGenerator: ({ ip, routeOptions }) => `${ip} ${routeOptions.url ?? ''}`,
  });
  await describeRoutes(app, options);
  const steps = new NextSteps(options);
  endOnClose(app, steps);
  conversationRoutes(app, options, steps);
  await app.register((signed, _options, done) => {
    takeRawBodies(signed);
    legEventRoute(signed, options, webhooks, steps);
    webhookRoutes(signed, options, steps);
    done();
  });
  healthRoutes(app, options.isReady);
  refuseOthers();
  return app;
}

/** Leaves bodies as the bytes that came: signatures are made over them, and are checked before what the bytes say. */
function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.setValidatorCompiler(() => () => true);
}

/** The last answer on a connection ends it, once the gateway closes: whoever keeps one open must not keep the gateway up. */
function endOnClose(app: FastifyInstance, steps: NextSteps): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    steps.close(app.log);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** Other methods of an address get 405 and are told which it has. Answers what to call when all routes are there. */
function refuseOtherMethods(app: FastifyInstance): () => void {
  const added = METHODS.filter((method) => !app.supportedMethods.includes(method) && method !== 'CONNECT');
  for (const method of added) app.addHttpMethod(method);
  const allowed = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    allowed.set(url, [...(allowed.get(url) ?? []), method].flat());
  });
  return () => {
    for (const [url, methods] of [...allowed]) {
      const allow = methods.join(', ');
      app.route({
        url,
        method: app.supportedMethods.filter((method) => !methods.includes(method)),
        schema: { hide: true },
        onRequest: (_request, reply) => {
          void reply.header('allow', allow);
          throw new Problem(405, 'MethodNotAllowed', `Use ${allow}`);
        },
        handler: () => undefined,
      });
    }
  };
}

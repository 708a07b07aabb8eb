import { boundedServer } from '../../environment/http-server';

import type { GatewayOptions } from './create-gateway';

/** Closest around the hard limits of 5 s for a number and 4 s for a decision. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 10];

/**
 * Counts what the gateway answers, and serves it with what is known of the process at `/metrics`, for Prometheus.
 *
 * @param bindAddress - such as `0.0.0.0:9465`
 * @returns what the gateway tells of itself, and how to stop serving
 */
export async function serveGatewayMetrics(bindAddress: string) {
  const [{ fastify }, { collectDefaultMetrics, Counter, Histogram, Registry }] = await Promise.all([
    import('fastify'),
    import('prom-client'),
  ]);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const steps = new Counter({
    name: 'call_transfer_gateway_steps_total',
    help: 'What callers were told to do next',
    labelNames: ['event', 'action', 'reason'] as const,
    registers: [registry],
  });
  const answers = new Histogram({
    name: 'call_transfer_gateway_request_seconds',
    help: 'From a request to its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  const listeners: Required<Pick<GatewayOptions, 'onStep' | 'onAnswer'>> = {
    onStep: ({ type }, step) => {
      const reason = step.action === 'DIAL' ? 'none' : (step.decision.reason ?? 'none');
      steps.inc({ event: type, action: step.action, reason });
    },
    onAnswer: ({ method, route, status, seconds }) => {
      answers.observe({ method, route, status: String(status) }, seconds);
    },
  };

  const server = fastify({ serverFactory: boundedServer(), forceCloseConnections: true });
  server.get('/metrics', async (_request, reply) => {
    return await reply.type(registry.contentType).send(await registry.metrics());
  });
  const colon = bindAddress.lastIndexOf(':');
  await server.listen({ host: bindAddress.slice(0, colon), port: Number(bindAddress.slice(colon + 1)) });
  return { listeners, close: () => server.close() };
}

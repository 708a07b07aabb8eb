import { createServer } from 'node:http';

import type { GatewayOptions } from './create-gateway';

/** Closest around the hard limits of 5 s for a number and 4 s for a decision. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 10];

/** The gateway's metrics, served. */
export interface GatewayMetrics {
  /** What the gateway tells of itself. */
  listeners: Required<Pick<GatewayOptions, 'onStep' | 'onAnswer'>>;
  close: () => Promise<void>;
}

/**
 * Counts what the gateway answers, and serves it with what is known of the process at `/metrics`, for Prometheus.
 *
 * @param bindAddress - such as `0.0.0.0:9465`
 */
export async function serveGatewayMetrics(bindAddress: string): Promise<GatewayMetrics> {
  const { collectDefaultMetrics, Counter, Histogram, Registry } = await import('prom-client');
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

  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    });
  });
  const colon = bindAddress.lastIndexOf(':');
  await new Promise<void>((resolve, reject) => {
    server
      .once('error', reject)
      .listen(Number(bindAddress.slice(colon + 1)), bindAddress.slice(0, colon), resolve);
  });
  return {
    listeners: {
      onStep: ({ type }, step) => {
        const reason = step.action === 'DIAL' ? 'none' : (step.decision.reason ?? 'none');
        steps.inc({ event: type, action: step.action, reason });
      },
      onAnswer: ({ method, route, status, seconds }) => {
        answers.observe({ method, route, status: String(status) }, seconds);
      },
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

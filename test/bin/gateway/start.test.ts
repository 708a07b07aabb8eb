import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../../dev/free-port';
import { eventually } from '../../support/calls';
import { GatewayProcess } from '../../support/gateway-process';
import { uniqueId } from '../../support/unique-id';
import { watchedMetrics } from '../../support/watched-metrics';
import { withCallTransfer } from '../../support/with-call-transfer';
import { withRealServer } from '../../support/with-temporal';

const API_KEY = 'a-key-of-16-chars-or-more';

const statusOf = async (url: string) => (await fetch(url)).status;

test('the gateway is ready while Temporal and a worker are there, and ends with 0 when it is asked to', async () => {
  await withRealServer({}, (env, server) =>
    withCallTransfer(env, {}, async ({ taskQueue }) => {
      const gateway = new GatewayProcess({
        TEMPORAL_ADDRESS: server.address,
        CALL_TRANSFER_TASK_QUEUE: taskQueue,
        GATEWAY_API_KEYS: API_KEY,
        GATEWAY_DRAIN_MS: '1500',
      });
      const url = await gateway.url();
      await eventually(async () => (await statusOf(`${url}/health/ready`)) === 200);

      gateway.signal('SIGTERM');
      await sleep(300);
      // It says that no more calls should be sent to it, and answers those that come all the same.
      expect(await statusOf(`${url}/health/ready`)).toBe(503);
      expect(await statusOf(`${url}/health/live`)).toBe(200);
      expect(await statusOf(`${url}/openapi.json`)).toBe(200);
      expect(await gateway.exitCode()).toBe(0);
    }),
  );
});

test('the gateway is not ready while no worker polls the task queue, and names it', async () => {
  await withRealServer({}, async (_env, server) => {
    const taskQueue = uniqueId('nobody');
    const gateway = new GatewayProcess({
      TEMPORAL_ADDRESS: server.address,
      CALL_TRANSFER_TASK_QUEUE: taskQueue,
      GATEWAY_API_KEYS: API_KEY,
      GATEWAY_DRAIN_MS: '0',
    });
    const answer = await fetch(`${await gateway.url()}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        status: 'not ready',
        reason: `No worker polls the task queue ${taskQueue}: start one, or check the name`,
      },
    ]);
    gateway.signal('SIGTERM');
    expect(await gateway.exitCode()).toBe(0);
  });
});

test('the gateway starts and ends while Temporal is away, and is not ready', async () => {
  const gateway = new GatewayProcess({
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    GATEWAY_API_KEYS: API_KEY,
    GATEWAY_DISCONNECT_LIMIT_MS: '1000',
    GATEWAY_REQUEST_LIMIT_MS: '1000',
    GATEWAY_DRAIN_MS: '0',
  });
  const url = await gateway.url();
  expect(await statusOf(`${url}/health/ready`)).toBe(503);
  const asked = fetch(`${url}/v1/conversations/c/request-transfer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: '{"country":"US"}',
  });
  await sleep(200);
  gateway.signal('SIGTERM');
  // A caller who waits is answered before the gateway ends.
  expect(await (await asked).json()).toMatchObject({ action: 'ROUTE', decision: { fallback: true } });
  expect(await gateway.exitCode()).toBe(0);
});

test('a gateway with mistakes in its environment exits 1, names them, and no secret', async () => {
  const gateway = new GatewayProcess({
    GATEWAY_API_KEYS: 'short',
    GATEWAY_COUNTRY: 'XX',
    TEMPORAL_PROFILE: 'nowhere',
  });
  expect(await gateway.exitCode()).toBe(1);
  expect(gateway.output.trim().split('\n')).toEqual([
    'Cannot start:',
    '  GATEWAY_API_KEYS.0: each must have at least 16 characters',
    expect.stringContaining('  GATEWAY_COUNTRY: '),
    "  TEMPORAL_PROFILE: Profile 'nowhere' not found in config data",
  ]);
});

test('what callers were told, and how long that took, is counted where Prometheus reads it', async () => {
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  const gateway = new GatewayProcess({
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    GATEWAY_API_KEYS: API_KEY,
    GATEWAY_REQUEST_LIMIT_MS: '1000',
    GATEWAY_METRICS_ADDRESS: metricsAddress,
    GATEWAY_DRAIN_MS: '0',
  });
  const url = await gateway.url();
  const answer = await fetch(`${url}/v1/conversations/ZZ-conversation/request-transfer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: '{"country":"US"}',
  });
  expect(answer.status).toBe(200);
  expect(await statusOf(`${url}/nowhere`)).toBe(404);

  const text = await (await fetch(`http://${metricsAddress}/metrics`)).text();
  expect(text).toContain(
    'call_transfer_gateway_steps_total{event="leg.requested",action="ROUTE",reason="TEMPORAL_UNAVAILABLE"} 1',
  );
  expect(text).toMatch(
    /call_transfer_gateway_request_seconds_count\{method="POST",route="[^"]*:conversationId[^"]*",status="200"\} 1/,
  );
  expect(text).toMatch(/call_transfer_gateway_request_seconds_count\{[^}]*status="404"\} 1/);
  const watched = (await watchedMetrics()).filter((name) => name.startsWith('call_transfer_gateway_'));
  expect(watched).not.toEqual([]);
  for (const name of watched) expect(text).toContain(`${name}{`);
  expect(text).toContain('process_cpu_seconds_total');
  expect(text).not.toContain('ZZ-conversation');
  gateway.signal('SIGTERM');
  expect(await gateway.exitCode()).toBe(0);
});

import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayProcess } from '../support/gateway-process';
import { withRealServer } from '../support/with-temporal';

const API_KEY = 'a-key-of-16-chars-or-more';

const statusOf = async (url: string) => (await fetch(url)).status;

test('the gateway is ready while Temporal is there, and ends with 0 when it is asked to', async () => {
  await withRealServer({}, async (_env, server) => {
    const gateway = new GatewayProcess({
      TEMPORAL_ADDRESS: server.address,
      GATEWAY_API_KEYS: API_KEY,
      GATEWAY_DRAIN_MS: '1500',
    });
    const url = await gateway.url();
    expect(await statusOf(`${url}/health/ready`)).toBe(200);

    gateway.signal('SIGTERM');
    await sleep(300);
    // It says that no more calls should be sent to it, and answers those that come all the same.
    expect(await statusOf(`${url}/health/ready`)).toBe(503);
    expect(await statusOf(`${url}/health/live`)).toBe(200);
    expect(await statusOf(`${url}/openapi.json`)).toBe(200);
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
  const gateway = new GatewayProcess({ GATEWAY_API_KEYS: 'short', GATEWAY_COUNTRY: 'XX' });
  expect(await gateway.exitCode()).toBe(1);
  expect(gateway.output.trim().split('\n')).toEqual([
    'Cannot start:',
    '  GATEWAY_API_KEYS.0: each must have at least 16 characters',
    expect.stringContaining('  GATEWAY_COUNTRY: '),
  ]);
});

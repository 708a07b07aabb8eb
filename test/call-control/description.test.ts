import { CallTransferClient } from '../../src';
import { twilio } from '../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings, PUBLIC_URL, withGateway } from '../support/with-gateway';

interface Description {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown }>>;
  components: { schemas: Record<string, unknown> };
}

/** The description of a gateway that is never asked for anything else. */
const description = () =>
  withGateway(
    {
      client: new CallTransferClient({} as never),
      phoneSystems: [twilio({ ...phoneSystemSettings, authTokens: ['token'] })],
    },
    async ({ send }) => (await send('/openapi.json')).json as Description,
  );

test('the gateway describes each of its addresses', async () => {
  const { openapi, servers, paths } = await description();
  expect(openapi).toBe('3.1.0');
  expect(servers).toEqual([{ url: PUBLIC_URL }]);
  expect(
    Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path}`)),
  ).toEqual([
    'post /v1/conversations/{conversationId}/request-transfer',
    'post /v1/conversations/{conversationId}/report-disconnect',
    'post /v1/conversations/{conversationId}/report-connected',
    'get /v1/conversations/{conversationId}',
    'post /v1/leg-events',
    'post /twilio/voice',
    'post /twilio/dial',
    'post /twilio/routed',
    'post /twilio/status',
    'get /health/live',
    'get /health/ready',
  ]);
});

test('each address but health says who is let in, and each problem that it may answer with', async () => {
  const { paths } = await description();
  for (const [path, methods] of Object.entries(paths)) {
    if (path.startsWith('/health/')) continue;
    for (const { responses, security } of Object.values(methods)) {
      expect(security).toHaveLength(1);
      for (const status of ['200', '400', '401', '404', '413', '415', '429', '503']) {
        expect(Object.keys(responses)).toContain(status);
      }
    }
  }
});

test('every reference leads somewhere, and every name is used', async () => {
  const described = await description();
  const text = JSON.stringify(described);
  const references = new Set([...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference));
  const names = Object.keys(described.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect([...references].sort()).toEqual(names.sort());
});

import { CallTransferClient } from '../../src';
import { twilio } from '../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings, PUBLIC_URL, withGateway } from '../support/with-gateway';

interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { in: string; name: string; required: boolean }[];
  responses: Record<string, unknown>;
  security: unknown[];
}

interface Schema {
  oneOf?: { $ref: string }[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}

interface Description {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
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

test.each([
  ['NextStep', 'action', { DIAL: 'DialStep', ROUTE: 'RouteStep' }],
  ['DialableLeg', 'type', { PHONE_NUMBER: 'PhoneNumberLeg', SIP: 'SipLeg' }],
  [
    'LegEvent',
    'type',
    {
      'leg.requested': 'LegRequested',
      'leg.connected': 'LegConnected',
      'leg.disconnected': 'LegDisconnected',
    },
  ],
])('each member of a %s has a name, and its %s says which it is', async (name, propertyName, members) => {
  const { schemas } = (await description()).components;
  const mapping = Object.fromEntries(
    Object.entries(members).map(([value, member]) => [value, `#/components/schemas/${member}`]),
  );
  expect(schemas[name]?.oneOf).toEqual(Object.values(mapping).map(($ref) => ({ $ref })));
  expect(schemas[name]?.discriminator).toEqual({ propertyName, mapping });
});

test('each operation has a name of its own, and a tag that is described', async () => {
  const { paths, tags } = await description();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toEqual([
    ...['requestTransfer', 'reportDisconnect', 'reportConnected', 'getConversation', 'sendLegEvent'],
    ...['twilioVoice', 'twilioDial', 'twilioRouted', 'twilioStatus', 'isLive', 'isReady'],
  ]);
  expect([...new Set(operations.flatMap((operation) => operation.tags))].sort()).toEqual(
    tags.map(({ name }) => name).sort(),
  );
});

test('a signed event has three headers', async () => {
  const operation = (await description()).paths['/v1/leg-events']?.['post'];
  expect(operation?.parameters).toMatchObject(
    ['id', 'timestamp', 'signature'].map((what) => ({
      in: 'header',
      name: `webhook-${what}`,
      required: true,
    })),
  );
});

test('health is open to all', async () => {
  const { paths } = await description();
  expect(['live', 'ready'].map((what) => paths[`/health/${what}`]?.['get']?.security)).toEqual([[], []]);
});

test('a field that holds an instant says so, also where it may be null', async () => {
  const { LegView } = (await description()).components.schemas;
  expect(LegView).toMatchObject({
    properties: {
      requestedAt: { type: 'string', format: 'date-time' },
      connectedAt: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
    },
  });
});

test('a reason that a newer worker knows is described as well', async () => {
  const { FallbackReason } = (await description()).components.schemas;
  expect(FallbackReason).toMatchObject({ type: 'string' });
  expect(FallbackReason).not.toHaveProperty('enum');
});

import { join } from 'node:path';

import { readGatewayEnvironment } from '../../../src/call-control/gateway/environment';
import { EnvironmentError } from '../../../src/environment/read-environment';

const API_KEY = 'a-key-of-16-chars-or-more';

/** The lines of the message about an environment that the gateway cannot start with. */
async function mistakesIn(environment: Record<string, string>): Promise<readonly string[]> {
  try {
    await readGatewayEnvironment(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.mistakes;
  }
  throw new Error('Expected a refusal');
}

test('a key is all that must be set', async () => {
  expect(await readGatewayEnvironment({ GATEWAY_API_KEYS: API_KEY })).toEqual({
    host: '127.0.0.1',
    port: 8088,
    taskQueue: 'call-transfer',
    drainMs: 1000,
    options: {
      publicUrl: 'http://127.0.0.1:8088',
      phoneSystems: [],
      apiKeys: [API_KEY],
      webhookSecrets: [],
      fallbackRoute: { type: 'QUEUE', queue: 'agents' },
      logLevel: 'info',
    },
  });
});

test('every variable has its effect', async () => {
  const { options, ...rest } = await readGatewayEnvironment({
    GATEWAY_HOST: '0.0.0.0',
    GATEWAY_PORT: '0',
    GATEWAY_PUBLIC_URL: 'https://calls.example.com/gateway/',
    GATEWAY_API_KEYS: `${API_KEY}, another-key-of-16-chars`,
    GATEWAY_WEBHOOK_SECRETS: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    GATEWAY_WEBHOOK_TOLERANCE_S: '60',
    GATEWAY_COUNTRY: 'GB',
    GATEWAY_FALLBACK_ROUTE: '{"type":"DIAL","to":"+18005551212"}',
    GATEWAY_CONTINUE_URL: 'https://ivr.example.com',
    GATEWAY_REQUEST_LIMIT_MS: '4500',
    GATEWAY_DISCONNECT_LIMIT_MS: '3500',
    GATEWAY_BODY_LIMIT_BYTES: '4096',
    GATEWAY_REQUESTS_PER_SECOND: '50',
    GATEWAY_TRUSTED_PROXIES: '10.0.0.0/8',
    GATEWAY_LOG_LEVEL: 'warn',
    GATEWAY_DRAIN_MS: '0',
    CALL_TRANSFER_TASK_QUEUE: 'calls',
  });
  expect(rest).toEqual({ host: '0.0.0.0', port: 0, taskQueue: 'calls', drainMs: 0 });
  expect(options).toEqual({
    publicUrl: 'https://calls.example.com/gateway',
    phoneSystems: [],
    apiKeys: [API_KEY, 'another-key-of-16-chars'],
    webhookSecrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    webhookToleranceSeconds: 60,
    fallbackRoute: { type: 'DIAL', to: '+18005551212' },
    requestLimitMs: 4500,
    disconnectLimitMs: 3500,
    bodyLimitBytes: 4096,
    requestsPerSecond: 50,
    trustedProxies: ['10.0.0.0/8'],
    logLevel: 'warn',
  });
});

test('every mistake is named at once', async () => {
  const mistakes = await mistakesIn({
    GATEWAY_PORT: '70000',
    GATEWAY_PUBLIC_URL: 'calls.example.com',
    GATEWAY_API_KEYS: 'short',
    GATEWAY_WEBHOOK_SECRETS: 'no base64, although it is long enough',
    GATEWAY_COUNTRY: 'XX',
    GATEWAY_TRANSPORT: 'PIGEON',
    GATEWAY_FALLBACK_ROUTE: '{"type":"DIAL"}',
    GATEWAY_REQUEST_LIMIT_MS: 'soon',
    GATEWAY_TRUSTED_PROXIES: '10.0.0.0/8,proxy',
    GATEWAY_LOG_LEVEL: 'loud',
  });
  expect(mistakes).toEqual([
    'GATEWAY_PORT: must be a port, up to 65535',
    'GATEWAY_PUBLIC_URL: must be an http or https URL',
    'GATEWAY_API_KEYS.0: each must have at least 16 characters',
    expect.stringContaining('GATEWAY_WEBHOOK_SECRETS.0: each must be base64'),
    'GATEWAY_WEBHOOK_SECRETS.0: each must have at least 24 characters',
    expect.stringContaining('GATEWAY_WEBHOOK_SECRETS.1: each must be base64'),
    expect.stringContaining('GATEWAY_COUNTRY: must be an ISO 3166-1'),
    'GATEWAY_TRANSPORT: must be PHONE_NUMBER or SIP',
    'GATEWAY_FALLBACK_ROUTE.to: is missing',
    'GATEWAY_REQUEST_LIMIT_MS: must be a whole number',
    'GATEWAY_TRUSTED_PROXIES.1: each must be an address or a network, such as 10.0.0.0/8',
    expect.stringContaining('GATEWAY_LOG_LEVEL: Invalid option'),
  ]);
});

test.each([
  'https://calls.example.com/?tenant=1',
  'https://calls.example.com/#rc=2',
  'https://calls.example.com?',
])('a public URL that paths cannot follow is a mistake: %s', async (GATEWAY_PUBLIC_URL) => {
  expect(await mistakesIn({ GATEWAY_API_KEYS: API_KEY, GATEWAY_PUBLIC_URL })).toEqual([
    'GATEWAY_PUBLIC_URL: must have no ? and no #: paths follow it',
  ]);
});

test('a gateway that would let nobody in does not start', async () => {
  expect(await mistakesIn({})).toEqual([expect.stringMatching(/^GATEWAY_API_KEYS: is missing/)]);
});

test('a fallback route that leads nowhere is a mistake', async () => {
  expect(
    await mistakesIn({ GATEWAY_API_KEYS: API_KEY, GATEWAY_FALLBACK_ROUTE: '{"type":"CONTINUE"}' }),
  ).toEqual([expect.stringMatching(/^GATEWAY_CONTINUE_URL: is missing/)]);
});

describe('phone systems', () => {
  const GATEWAY_PUBLIC_URL = 'https://calls.example.com';

  test('are found by the names of their folders', async () => {
    const { options } = await readGatewayEnvironment({
      GATEWAY_PUBLIC_URL,
      GATEWAY_PHONE_SYSTEMS: 'twilio,jambonz,telnyx',
      TWILIO_AUTH_TOKENS: 'a-token-of-twilio',
      JAMBONZ_WEBHOOK_SECRETS: 'a-secret-of-jambonz',
      TELNYX_PUBLIC_KEYS: 'eu2zvPjhY6odxV34Z/EsRiERvTodkev4Fq0SlK90Izg=',
      TELNYX_API_KEY: 'key',
    });
    expect(options.phoneSystems.map(({ name }) => name)).toEqual(['twilio', 'jambonz', 'telnyx']);
  });

  test('name their own mistakes, all at once', async () => {
    expect(await mistakesIn({ GATEWAY_PUBLIC_URL, GATEWAY_PHONE_SYSTEMS: 'twilio,jambonz,telnyx' })).toEqual([
      'TWILIO_AUTH_TOKENS: is missing',
      'JAMBONZ_WEBHOOK_SECRETS: is missing',
      'TELNYX_PUBLIC_KEYS: is missing',
      'TELNYX_API_KEY: is missing',
    ]);
  });

  test.each(['18005551212', '+0', 'Alice'])('of Twilio take no %s for a number', async (TWILIO_CALLER_ID) => {
    const environment = {
      GATEWAY_PUBLIC_URL,
      GATEWAY_PHONE_SYSTEMS: 'twilio',
      TWILIO_AUTH_TOKENS: 'a-token-of-twilio',
    };
    expect(await mistakesIn({ ...environment, TWILIO_CALLER_ID })).toEqual([
      'TWILIO_CALLER_ID: must be a number in E.164, such as +18005551212',
    ]);
  });

  test('must be told where the gateway is', async () => {
    expect(
      await mistakesIn({ GATEWAY_PHONE_SYSTEMS: 'twilio', TWILIO_AUTH_TOKENS: 'a-token-of-twilio' }),
    ).toEqual([expect.stringMatching(/^GATEWAY_PUBLIC_URL: is missing/)]);
  });

  test('may be a module of the user', async () => {
    const { options } = await readGatewayEnvironment({
      GATEWAY_PUBLIC_URL,
      GATEWAY_PHONE_SYSTEMS: join(__dirname, '..', '..', 'bin', 'gateway', 'own-phone-system.cjs'),
      GATEWAY_COUNTRY: 'GB',
      GATEWAY_TRANSPORT: 'SIP',
      OWN_SECRET: 'own',
    });
    expect(options.phoneSystems).toMatchObject([
      {
        name: 'own',
        secret: 'own',
        settings: {
          publicUrl: GATEWAY_PUBLIC_URL,
          transport: { type: 'SIP', country: 'GB' },
          fallbackRoute: { type: 'QUEUE', queue: 'agents' },
        },
      },
    ]);
  });

  test('whose package is missing say what to install', async () => {
    const path = join(__dirname, '..', '..', 'bin', 'gateway', 'needs-a-package.cjs');
    expect(await mistakesIn({ GATEWAY_PUBLIC_URL, GATEWAY_PHONE_SYSTEMS: path })).toEqual([
      `GATEWAY_PHONE_SYSTEMS: ${path}: needs the package a-package-that-nobody-has: npm install a-package-that-nobody-has`,
    ]);
  });

  test('that are neither known nor a module say which are known', async () => {
    expect(await mistakesIn({ GATEWAY_PUBLIC_URL, GATEWAY_PHONE_SYSTEMS: 'twillio' })).toEqual([
      'GATEWAY_PHONE_SYSTEMS: twillio: is none of jambonz, telnyx, twilio, and no module is found under this name',
    ]);
  });
});

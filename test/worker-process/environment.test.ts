import { tmpdir } from 'node:os';

import { conversationSettingsSchema } from '../../src/contract/settings';
import { readWorkerEnvironment } from '../../src/worker-process/environment';
import { defaults, facts } from '../support/routing';

import { mistakesIn, required, withFile } from './worker-environment';

test('with nothing but ASAPP, everything has its default', async () => {
  const { asapp, taskQueue, settings, shutdownGraceMs, routing } = readWorkerEnvironment(required);

  expect(asapp).toEqual({ apiUrl: 'https://api.sandbox.asapp.com', apiId: 'id', apiSecret: 'secret' });
  expect({ taskQueue, shutdownGraceMs }).toEqual({ taskQueue: 'call-transfer', shutdownGraceMs: 10_000 });
  expect(Object.values(settings).filter((value) => value !== undefined)).toEqual([]);
  expect(await routing(facts())).toEqual({ route: { type: 'QUEUE', queue: 'agents' } });
});

test('ASAPP can be reached over SIP', () => {
  const sip = {
    CALL_TRANSFER_SIP_URI: 'sips:transfers@sip.example.com',
    CALL_TRANSFER_SIP_LIFETIME_MS: '90000',
  };
  expect(readWorkerEnvironment({ ...required, ...sip }).asapp).toMatchObject({
    sipUri: 'sips:transfers@sip.example.com',
    sipLifetimeMs: 90_000,
  });
  expect(
    mistakesIn({
      ...required,
      CALL_TRANSFER_SIP_URI: 'sip.example.com',
      CALL_TRANSFER_SIP_LIFETIME_MS: '999',
    }),
  ).toEqual([
    'CALL_TRANSFER_SIP_URI: must be a SIP URI without headers, such as sip:transfers@example.com',
    'CALL_TRANSFER_SIP_LIFETIME_MS: Too small: expected number to be >=1000',
  ]);
});

test('every setting can be set', () => {
  const { taskQueue, settings, shutdownGraceMs } = readWorkerEnvironment({
    ...required,
    CALL_TRANSFER_TASK_QUEUE: 'calls',
    CALL_TRANSFER_REQUEST_DEADLINE_MS: '6000',
    CALL_TRANSFER_DISCONNECT_DEADLINE_MS: '3000',
    CALL_TRANSFER_DIAL_MARGIN_MS: '0',
    CALL_TRANSFER_MAX_CALL_DURATION_MS: '7200000',
    CALL_TRANSFER_STATUS_CHECK_INTERVAL_MS: '300000',
    CALL_TRANSFER_RECONNECT_WINDOWS_MS: '{"CUSTOMER_HUNG_UP":60000}',
    CALL_TRANSFER_LAST_RESORT_ROUTE: '{"queue":"overflow"}',
    CALL_TRANSFER_MAX_LEGS_PER_RUN: '50',
    CALL_TRANSFER_SHUTDOWN_GRACE_MS: '20000',
  });

  expect({ taskQueue, shutdownGraceMs }).toEqual({ taskQueue: 'calls', shutdownGraceMs: 20_000 });
  expect(settings).toEqual({
    requestDeadlineMs: 6000,
    disconnectDeadlineMs: 3000,
    dialMarginMs: 0,
    maxCallDurationMs: 7_200_000,
    statusCheckIntervalMs: 300_000,
    reconnectWindowMs: {
      AGENT: 0,
      SYSTEM: 0,
      CUSTOMER_HUNG_UP: 60_000,
      NUMBER_EXPIRED: 15_000,
      DIAL_FAILED: 0,
      TRANSFER_UNAVAILABLE: 0,
      CONTEXT_UNAVAILABLE: 0,
      CANCELLED: 0,
    },
    lastResortRoute: { queue: 'overflow' },
    maxLegsPerRun: 50,
  });
});

test('every setting of the schema has a variable of its own', () => {
  const variables = Object.values(conversationSettingsSchema.shape).map(
    (setting) => setting.meta()?.['variable'],
  );

  expect(variables.every((variable) => /^CALL_TRANSFER_[A-Z_]+$/.test(String(variable)))).toBe(true);
  expect(new Set(variables).size).toBe(variables.length);
});

test('ceilings are kept where one is set, and for an account by its name', () => {
  expect(readWorkerEnvironment(required).ceilings).toBeUndefined();
  expect(
    readWorkerEnvironment({ ...required, CALL_TRANSFER_ASAPP_ACCOUNT: 'main' }).ceilings,
  ).toBeUndefined();
  expect(
    readWorkerEnvironment({
      ...required,
      CALL_TRANSFER_ASAPP_ACCOUNT: 'main',
      CALL_TRANSFER_MAX_CONCURRENT_CALLS: '500',
      CALL_TRANSFER_MAX_REQUESTS_PER_SECOND: '100',
      CALL_TRANSFER_MAX_REQUESTS_PER_DAY: '50000',
    }).ceilings,
  ).toEqual({ account: 'main', concurrentCalls: 500, requestsPerSecond: 100, requestsPerDay: 50_000 });
});

test('an empty variable counts as one that was not set, and variables of others are left alone', () => {
  const { taskQueue, settings } = readWorkerEnvironment({
    ...required,
    CALL_TRANSFER_TASK_QUEUE: '',
    CALL_TRANSFER_ROUTING_FILE: '',
    CALL_TRANSFER_MAX_LEGS_PER_RUN: '',
    PATH: '/usr/bin',
  });

  expect(taskQueue).toBe('call-transfer');
  expect(settings.maxLegsPerRun).toBeUndefined();
});

test.each(['ASAPP_API_URL', 'ASAPP_API_ID', 'ASAPP_API_SECRET'])('%s is required', (name) => {
  const named = [expect.stringMatching(new RegExp(`^${name}: is missing`)) as string];

  expect(mistakesIn({ ...required, [name]: undefined })).toEqual(named);
  expect(mistakesIn({ ...required, [name]: '' })).toEqual(named);
});

test.each([
  ['ASAPP_API_URL', 'api.asapp.com', 'must be an http or https URL'],
  ['ASAPP_API_URL', 'ftp://api.asapp.com', 'must be an http or https URL'],
  ['CALL_TRANSFER_REQUEST_DEADLINE_MS', '5s', 'must be a whole number'],
  ['CALL_TRANSFER_REQUEST_DEADLINE_MS', '-5', 'must be a whole number'],
  ['CALL_TRANSFER_REQUEST_DEADLINE_MS', '5000.5', 'must be a whole number'],
  ['CALL_TRANSFER_REQUEST_DEADLINE_MS', '999', 'Too small: expected number to be >=1000'],
  ['CALL_TRANSFER_DISCONNECT_DEADLINE_MS', '0', 'Too small: expected number to be >=1000'],
  ['CALL_TRANSFER_DIAL_MARGIN_MS', '86400001', 'Too big: expected number to be <=86400000'],
  ['CALL_TRANSFER_MAX_CALL_DURATION_MS', '1h', 'must be a whole number'],
  ['CALL_TRANSFER_STATUS_CHECK_INTERVAL_MS', '1', 'Too small: expected number to be >=1000'],
  ['CALL_TRANSFER_RECONNECT_WINDOWS_MS', '600000ms', 'must be JSON'],
  ['CALL_TRANSFER_RECONNECT_WINDOWS_MS', '5', 'Invalid input: expected object, received number'],
  ['CALL_TRANSFER_RECONNECT_WINDOWS_MS', '{"LOST":5}', 'Unrecognized key: "LOST"'],
  ['CALL_TRANSFER_LAST_RESORT_ROUTE', 'agents', 'must be JSON'],
  ['CALL_TRANSFER_MAX_LEGS_PER_RUN', '0', 'Too small: expected number to be >=1'],
  ['CALL_TRANSFER_MAX_CONCURRENT_CALLS', '0', 'Too small: expected number to be >=1'],
  ['CALL_TRANSFER_MAX_REQUESTS_PER_SECOND', '0.5', 'must be a whole number'],
  ['CALL_TRANSFER_MAX_REQUESTS_PER_DAY', '1', 'Too small: expected number to be >=2'],
  [
    'CALL_TRANSFER_ASAPP_ACCOUNT',
    'our account',
    'must be 1 to 100 letters, digits, dots, hyphens or underscores',
  ],
  ['CALL_TRANSFER_SHUTDOWN_GRACE_MS', 'never', 'must be a whole number'],
])('%s must not be %j', (name, value, reason) => {
  expect(mistakesIn({ ...required, [name]: value })).toEqual([`${name}: ${reason}`]);
});

test('a window is named by its outcome', () => {
  expect(mistakesIn({ ...required, CALL_TRANSFER_RECONNECT_WINDOWS_MS: '{"AGENT":-1}' })).toEqual([
    'CALL_TRANSFER_RECONNECT_WINDOWS_MS.AGENT: Too small: expected number to be >=0',
  ]);
});

test('no message repeats a credential', () => {
  const mistakes = mistakesIn({ ...required, ASAPP_API_SECRET: 'pa55word', ASAPP_API_URL: 'pa55word@asapp' });

  expect(mistakes.join()).not.toContain('pa55word');
});

describe('a routing file', () => {
  it('is the policy', async () => {
    const table = { rules: [{ when: { taskName: 'billing' }, route: 'billing' }], defaults };
    const { routing } = withFile(JSON.stringify(table), (file) =>
      readWorkerEnvironment({ ...required, CALL_TRANSFER_ROUTING_FILE: file }),
    );

    expect(await routing(facts())).toEqual({ route: 'billing' });
    expect(await routing(facts({ currentTaskName: null }))).toEqual({ route: 'default of AGENT' });
  });

  it('that is not there stops the worker', () => {
    expect(mistakesIn({ ...required, CALL_TRANSFER_ROUTING_FILE: '/nowhere/routing.json' })).toEqual([
      expect.stringMatching(/^CALL_TRANSFER_ROUTING_FILE: .*ENOENT.*\/nowhere\/routing\.json/),
    ]);
  });

  it('that is a folder stops the worker', () => {
    expect(mistakesIn({ ...required, CALL_TRANSFER_ROUTING_FILE: tmpdir() })).toEqual([
      expect.stringMatching(/^CALL_TRANSFER_ROUTING_FILE: .*EISDIR/),
    ]);
  });

  it('with mistakes stops the worker, each with its place', () => {
    const table = `{ "defaults": ${JSON.stringify(defaults)},\n"rules": [\n7,\n{ "when": {}, "route": 1, "redial": 1 }] }`;

    withFile(table, (file) => {
      expect(mistakesIn({ ...required, CALL_TRANSFER_ROUTING_FILE: file })).toEqual([
        `${file}:3:1 rules.0: Invalid input: expected object, received number`,
        `${file}:4:37 rules.1.redial: Invalid input: expected boolean, received number`,
      ]);
    });
  });
});

test('every mistake is named at once', () => {
  withFile('{ "defaults": 7 }', (file) => {
    expect(
      mistakesIn({
        ASAPP_API_URL: 'asapp',
        CALL_TRANSFER_ROUTING_FILE: file,
        CALL_TRANSFER_DIAL_MARGIN_MS: '12s',
        CALL_TRANSFER_LAST_RESORT_ROUTE: '{',
      }),
    ).toEqual([
      'ASAPP_API_URL: must be an http or https URL',
      'ASAPP_API_ID: is missing',
      'ASAPP_API_SECRET: is missing',
      'CALL_TRANSFER_DIAL_MARGIN_MS: must be a whole number',
      'CALL_TRANSFER_LAST_RESORT_ROUTE: must be JSON',
      `${file}:1:15 defaults: Invalid input: expected object, received number`,
    ]);
  });
});

test('Worker Versioning needs both names, and metrics an address', () => {
  const version = { TEMPORAL_DEPLOYMENT_NAME: 'call-transfer', TEMPORAL_WORKER_BUILD_ID: '1.4.0' };
  expect(readWorkerEnvironment({ ...required, ...version })).toMatchObject({
    deploymentVersion: { deploymentName: 'call-transfer', buildId: '1.4.0' },
    metricsAddress: undefined,
  });
  expect(readWorkerEnvironment(required).deploymentVersion).toBeUndefined();
  expect(mistakesIn({ ...required, TEMPORAL_DEPLOYMENT_NAME: 'call-transfer' })).toEqual([
    'TEMPORAL_WORKER_BUILD_ID: is missing: Worker Versioning needs both names',
  ]);
  expect(mistakesIn({ ...required, TEMPORAL_WORKER_BUILD_ID: '1.4.0' })).toEqual([
    'TEMPORAL_DEPLOYMENT_NAME: is missing: Worker Versioning needs both names',
  ]);
  expect(mistakesIn({ ...required, CALL_TRANSFER_METRICS_ADDRESS: '9464' })).toEqual([
    'CALL_TRANSFER_METRICS_ADDRESS: must be an address and a port, such as 0.0.0.0:9464',
  ]);
});

test('the log has a form and a level', () => {
  expect(readWorkerEnvironment(required).log).toEqual({ format: 'text', level: 'INFO' });
  const set = { CALL_TRANSFER_LOG_FORMAT: 'json', CALL_TRANSFER_LOG_LEVEL: 'WARN' };
  expect(readWorkerEnvironment({ ...required, ...set }).log).toEqual({ format: 'json', level: 'WARN' });
  expect(
    mistakesIn({ ...required, CALL_TRANSFER_LOG_FORMAT: 'xml', CALL_TRANSFER_LOG_LEVEL: 'loud' }),
  ).toEqual([
    'CALL_TRANSFER_LOG_FORMAT: must be text or json',
    'CALL_TRANSFER_LOG_LEVEL: must be one of TRACE, DEBUG, INFO, WARN, ERROR',
  ]);
});

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { asappEnvironment } from '../../dev/demo/asapp-environment';
import type { TemporalServerOptions } from '../../dev/temporal-server';
import { encryptedDataConverter, encryptionKey, fixedKeys } from '../../src';
import { diagnose } from '../../src/doctor/doctor';
import type { Finding } from '../../src/doctor/finding';
import type * as latencyCheck from '../../src/doctor/latency-check';
import { withCallTransfer, type CallTransferSetup } from '../support/with-call-transfer';
import { API_KEY, withGateway } from '../support/with-gateway';
import { withRealServer } from '../support/with-temporal';

type LatencyCheck = typeof latencyCheck;

/** The servers are measured once: what a busy machine makes of it is not looked at, and each time bundles workflows. */
jest.mock('../../src/doctor/latency-check', () => {
  const real = jest.requireActual<LatencyCheck>('../../src/doctor/latency-check');
  let measured: Awaited<ReturnType<LatencyCheck['measureLatency']>> | undefined;
  return {
    ...real,
    measureLatency: async (...args: Parameters<LatencyCheck['measureLatency']>) =>
      (measured ??= await real.measureLatency(...args)),
  };
});

type Environment = Record<string, string>;

interface SetUp {
  /** What is planted into the environment of a set-up that works. */
  planted?: Environment;
  callTransfer?: CallTransferSetup;
  server?: TemporalServerOptions;
}

/** What is found, but for what depends on how busy this machine is. */
async function found({ planted = {}, callTransfer = {}, server = {} }: SetUp): Promise<Finding[]> {
  return await withRealServer(server, (env) =>
    withCallTransfer(env, callTransfer, async ({ sandbox, taskQueue, client }) =>
      withGateway({ client }, async ({ url }) => {
        const findings = await diagnose({
          TEMPORAL_ADDRESS: env.address,
          CALL_TRANSFER_TASK_QUEUE: taskQueue,
          ...asappEnvironment(sandbox.asapp),
          GATEWAY_PUBLIC_URL: url,
          GATEWAY_API_KEYS: API_KEY,
          ...planted,
        });
        return findings.filter(({ check }) => !['dispatch', 'timers'].includes(check));
      }),
    ),
  );
}

const wrong = (findings: readonly Finding[]) =>
  findings
    .filter(({ status }) => status !== 'OK')
    .map(({ check, status, says, advice = '' }) => `${status} ${check}: ${says} → ${advice}`);

const key = (id: string) => ({ id, bytes: randomBytes(32) });
const textOf = ({ id, bytes }: ReturnType<typeof key>) => `${id}:${bytes.toString('base64')}`;
const encryptedWith = ({ id, bytes }: ReturnType<typeof key>): CallTransferSetup => {
  const dataConverter = encryptedDataConverter(fixedKeys([encryptionKey(id, bytes)]));
  return { worker: { dataConverter } };
};
const [workers, others] = [key('k1'), key('k2')];

const CLOSED = '127.0.0.1:1';

/** A web server that is not ASAPP. */
let stranger = '';
const strangers = createServer((_request, response) => {
  response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
});
beforeAll(async () => {
  await new Promise<void>((resolve) => strangers.listen(0, '127.0.0.1', resolve));
  stranger = `http://127.0.0.1:${(strangers.address() as AddressInfo).port}`;
});
afterAll(() => strangers.close());

test('nothing is wrong in a set-up that works, and each part was looked at', async () => {
  const findings = await found({});
  expect(wrong(findings)).toEqual([]);
  expect(findings.map(({ check }) => check).sort()).toEqual([
    'ASAPP',
    'Temporal',
    'clock',
    'gateway',
    'namespace',
    'partitions',
    'search attributes',
    'settings',
    'task queue',
    'worker',
  ]);
});

test('nothing is wrong where payloads are encrypted with the same keys', async () => {
  const planted = { CALL_TRANSFER_ENCRYPTION_KEYS: textOf(workers) };
  expect(wrong(await found({ planted, callTransfer: encryptedWith(workers) }))).toEqual([]);
});

test.each<[string, SetUp, RegExp[]]>([
  [
    'Temporal is not there',
    { planted: { TEMPORAL_ADDRESS: CLOSED } },
    [/^PROBLEM Temporal: 127\.0\.0\.1:1 cannot be reached/],
  ],
  [
    'there is no such namespace',
    { planted: { TEMPORAL_NAMESPACE: 'elsewhere' } },
    [/^PROBLEM namespace: elsewhere: .*not found.* → TEMPORAL_NAMESPACE/],
  ],
  [
    'nobody polls the task queue',
    { planted: { CALL_TRANSFER_TASK_QUEUE: 'misspelt' } },
    [/^PROBLEM task queue: no worker polls misspelt.* → .*CALL_TRANSFER_TASK_QUEUE/],
  ],
  [
    'a search attribute has another type, and the others are missing',
    { server: { searchAttributes: [{ name: 'CallTransferPhase', type: 'KEYWORD_LIST' }] } },
    [
      /^WARNING search attributes: CallTransferOutcome, CallTransferReason: not registered.* → npx call-transfer-search-attributes/,
      /^WARNING search attributes: CallTransferPhase is of type KeywordList and must be Keyword → temporal operator/,
    ],
  ],
  [
    'the task queue has several partitions',
    {
      server: {
        dynamicConfig: {
          'matching.numTaskqueueReadPartitions': 4,
          'matching.numTaskqueueWritePartitions': 4,
        },
      },
    },
    [/^WARNING partitions: the task queue has 4 partitions.* → matching\.numTaskqueueReadPartitions/],
  ],
  [
    'the worker has other keys',
    {
      planted: { CALL_TRANSFER_ENCRYPTION_KEYS: textOf(others) },
      callTransfer: encryptedWith(workers),
    },
    [/^PROBLEM worker: it cannot read what this environment writes.* → CALL_TRANSFER_ENCRYPTION_KEYS/],
  ],
  [
    'only this environment has keys',
    { planted: { CALL_TRANSFER_ENCRYPTION_KEYS: textOf(others) } },
    [/^PROBLEM worker: it cannot read what this environment writes/],
  ],
  [
    'ASAPP refuses the credentials',
    { planted: { ASAPP_API_SECRET: 'of-somebody-else' } },
    [/^PROBLEM ASAPP: it refuses the credentials.* → ASAPP_API_ID, ASAPP_API_SECRET/],
  ],
  [
    'ASAPP cannot be reached',
    { planted: { ASAPP_API_URL: `http://${CLOSED}` } },
    [/^PROBLEM ASAPP: .*could not be reached.* → ASAPP_API_URL/],
  ],
  [
    'the gateway cannot be reached',
    { planted: { GATEWAY_PUBLIC_URL: `http://${CLOSED}` } },
    [/^PROBLEM gateway: http:\/\/127\.0\.0\.1:1 cannot be reached.* → GATEWAY_PUBLIC_URL/],
  ],
  [
    'the gateway has another key',
    { planted: { GATEWAY_API_KEYS: 'a-key-that-it-does-not-have' } },
    [/^PROBLEM gateway: it refuses the key of GATEWAY_API_KEYS/],
  ],
  [
    'settings are missing, short and misspelt',
    {
      planted: {
        ASAPP_API_ID: '',
        GATEWAY_API_KEYS: 'short',
        CALL_TRANSFER_REQUEST_DEADLINE_MS: 'soon',
        CALL_TRANSFER_ENCRYPTION_KEYS: 'k1:no-key',
      },
    },
    [
      /^PROBLEM settings: ASAPP_API_ID: is missing/,
      /^PROBLEM settings: CALL_TRANSFER_REQUEST_DEADLINE_MS: must be a whole number/,
      /^PROBLEM settings: CALL_TRANSFER_ENCRYPTION_KEYS: /,
      /^PROBLEM settings: GATEWAY_API_KEYS.*: .*16/,
    ],
  ],
])('it is found that %s, and nothing else', async (_what, setUp, expected) => {
  const findings = wrong(await found(setUp));
  expect(findings).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(findings[index]).toMatch(pattern);
});

test('it is found that something else answers under the addresses of ASAPP and of the gateway', async () => {
  const planted = { ASAPP_API_URL: stranger, GATEWAY_PUBLIC_URL: stranger };
  const findings = wrong(await found({ planted })).sort();
  expect(findings).toEqual([
    expect.stringMatching(
      /^PROBLEM gateway: .*answers 404, and not as the gateway does → GATEWAY_PUBLIC_URL/,
    ),
    expect.stringMatching(
      /^WARNING ASAPP: 127\.0\.0\.1:\d+ answers 404, and not as ASAPP does → ASAPP_API_URL/,
    ),
  ]);
});

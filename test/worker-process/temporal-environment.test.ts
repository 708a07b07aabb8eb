import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EnvironmentError } from '../../src/environment/read-environment';
import { connectedTo, readTemporalEnvironment } from '../../src/worker-process/temporal-environment';

const folder = mkdtempSync(join(tmpdir(), 'temporal-environment-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileWith(text: string): string {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
}

function mistakesIn(environment: Record<string, string>): readonly string[] {
  try {
    readTemporalEnvironment(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.mistakes;
  }
  throw new Error('Expected a refusal');
}

test('nothing must be set, and an empty variable is not set', () => {
  const expected = {
    connectionOptions: expect.objectContaining({ address: 'localhost:7233', tls: undefined }) as unknown,
    namespace: 'default',
  };
  expect(readTemporalEnvironment({})).toEqual(expected);
  const empty = { TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '', TEMPORAL_PROFILE: '' };
  expect(readTemporalEnvironment(empty)).toEqual(expected);
});

test.each([
  'temporal',
  'temporal.example.com:7233',
  '10.0.0.7:7233',
  '[::1]:7233',
  'ns.a1b2c.tmprl.cloud:7233',
])('%s is an address', (TEMPORAL_ADDRESS) => {
  const { connectionOptions } = readTemporalEnvironment({ TEMPORAL_ADDRESS });
  expect(connectionOptions.address).toBe(TEMPORAL_ADDRESS);
});

test('every mistake is named at once, with the variable and what it holds', () => {
  expect(
    mistakesIn({
      TEMPORAL_ADDRESS: 'https://temporal.example.com:7233',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem',
      TEMPORAL_TLS_CLIENT_KEY_PATH: folder,
      TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
    }),
  ).toEqual([
    'TEMPORAL_ADDRESS: must be a host and a port, such as localhost:7233, and no URL: https://temporal.example.com:7233',
    'TEMPORAL_CONFIG_FILE: there is no file /nowhere/temporal.toml',
    'TEMPORAL_TLS_CLIENT_CERT_PATH: there is no file /nowhere/client.pem',
    `TEMPORAL_TLS_CLIENT_KEY_PATH: there is no file ${folder}`,
  ]);
});

test('a profile that is not there, or has a wrong address, is a mistake', () => {
  expect(mistakesIn({ TEMPORAL_PROFILE: 'production', HOME: folder })).toEqual([
    "TEMPORAL_PROFILE: Profile 'production' not found in config data",
  ]);
  const TEMPORAL_CONFIG_FILE = fileWith('[profile.default]\naddress = "http://temporal:7233"\n');
  expect(mistakesIn({ TEMPORAL_CONFIG_FILE })).toEqual([
    expect.stringMatching(/^TEMPORAL_PROFILE: address: must be a host and a port.*: http:\/\/temporal:7233$/),
  ]);
});

test('a file that cannot be read as what it is told of is a mistake', () => {
  expect(mistakesIn({ TEMPORAL_CONFIG_FILE: fileWith('[profile.default\n') })).toEqual([
    expect.stringContaining('Invalid TOML document'),
  ]);
});

test('a connection that fails is told with its address', async () => {
  const connect = () => Promise.reject(new Error('connection refused'));
  await expect(connectedTo('10.0.0.7:7233', connect)).rejects.toEqual(
    new EnvironmentError(['TEMPORAL_ADDRESS: 10.0.0.7:7233: connection refused']),
  );
});

/** `call-transfer-routing` as it is started. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TABLE = `{
  "calendars": {
    "support": {
      "timeZone": "Europe/Berlin",
      "weekly": { "THURSDAY": ["08:00-18:00"] },
      "exceptions": { "12-24": ["08:00-12:00"] }
    }
  },
  "rules": [
    { "when": { "taskName": "claims" }, "route": { "type": "QUEUE", "queue": "claims" } },
    { "when": { "outcome": "AGENT", "open": "support" }, "route": { "type": "DIAL", "to": "sip:desk@example.com", "handOver": ["tier", "two words"] } }
  ],
  "defaults": { "*": { "route": { "type": "QUEUE", "queue": "agents" }, "redial": true } }
}`;

interface Ended {
  status: number;
  output: string;
  errors: string;
}

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'routing-'));
  file = join(folder, 'routing.json');
  writeFileSync(file, TABLE);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const routing = (...args: string[]) =>
  new Promise<Ended>((resolve) => {
    execFile(process.execPath, ['lib/bin/routing.js', ...args], (error, output, errors) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, output, errors });
    });
  });

test('a table without mistakes is said to be one', async () => {
  expect(await routing('check', file)).toEqual({
    status: 0,
    output: `${file}: no mistake; rules: 2, calendars: 1; every outcome has a default\n`,
    errors: '',
  });
});

test('routes that the gateway cannot carry out are named', async () => {
  const others = join(folder, 'others.json');
  writeFileSync(others, '{ "defaults": { "*": { "route": { "queue": "agents" } } } }');

  expect((await routing('check', others)).output).toContain(
    `${others}: the gateway cannot carry out defaults.*.route: on a phone system the caller gets the fallback route\n`,
  );
});

test('a mistake is named with its line and column', async () => {
  const mistaken = join(folder, 'mistaken.json');
  writeFileSync(mistaken, TABLE.replace('"support" }', '"supprt" }'));

  expect(await routing('check', mistaken)).toEqual({
    status: 1,
    output: '',
    errors: `${mistaken}:11:45 rules.1.when.open: names no calendar: supprt\n`,
  });
  expect(await routing('try', join(folder, 'nowhere.json'), '--outcome', 'AGENT')).toMatchObject({
    status: 1,
    errors: expect.stringContaining('no such file') as string,
  });
});

test('the rule that would win is named, and why the others do not', async () => {
  const leg = ['--outcome', 'AGENT', '--task', 'billing', '--at', '2026-12-24T09:30+01:00'];
  const { output } = await routing(
    'try',
    file,
    ...leg,
    '--variable',
    'tier=gold=1',
    '--variable',
    'two words=2',
  );

  expect(output.split('\n')).toEqual([
    'rules.0 does not match: taskName is "billing", not "claims"',
    'rules.1 wins: outcome is "AGENT"; support is open (exception 12-24 08:00-12:00)',
    'route: {"type":"DIAL","to":"sip:desk@example.com","handOver":["tier","two words"]}',
    'headers over SIP: X-tier, User-to-User',
    'left out: two words',
    '',
  ]);
});

test('where no rule matches it is the default', async () => {
  const { output } = await routing('try', file, '--outcome', 'AGENT', '--at', '2026-12-24T19:00+01:00');

  expect(output.split('\n')).toEqual([
    'rules.0 does not match: taskName is null, not "claims"',
    'rules.1 does not match: support is closed (exception 12-24 08:00-12:00)',
    'defaults.* wins: no rule matches',
    'route: {"type":"QUEUE","queue":"agents"}',
    'redial: one fresh number is tried before it',
    '',
  ]);
});

test('the verdict is had as JSON, too', async () => {
  const { output } = await routing('try', file, '--outcome', 'DIAL_FAILED', '--task', 'claims', '--json');

  expect(JSON.parse(output)).toMatchObject({
    from: 'rules.0',
    choice: { route: { type: 'QUEUE', queue: 'claims' } },
  });
});

test.each<[string[], string]>([
  [['--outcome', 'AGNT'], '--outcome: Invalid option'],
  [[], '--outcome: '],
  [['--outcome', 'AGENT', '--at', '2026-12-24'], '--at: must be an instant with a time zone'],
  [['--outcome', 'AGENT', '--country', 'XX'], '--country: must be an ISO 3166-1 alpha-2 country code'],
  [['--outcome', 'AGENT', '--legs', '0'], '--legs: '],
  [['--outcome', 'AGENT', '--variable', 'tier'], '--variable: must be name=value'],
  [['--outcom', 'AGENT'], "Unknown option '--outcom'"],
])('what cannot be asked is refused: %j', async (args, message) => {
  const { status, errors } = await routing('try', file, ...args);

  expect(status).toBe(1);
  expect(errors).toContain(message);
});

test('without a command or a file the usage is told', async () => {
  for (const args of [[], ['check'], ['look', file], ['check', file, file]])
    expect(await routing(...args)).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/^Usage:\n {2}call-transfer-routing check FILE/) as string,
    });
});

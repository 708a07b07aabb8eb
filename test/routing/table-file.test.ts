import { policyFromTable } from '../../src/routing/table';
import { parseRoutingTable, RoutingTableError } from '../../src/routing/table-file';
import { facts } from '../support/routing';

/** Ten lines: the defaults of all outcomes. */
const DEFAULTS = `"defaults": {
  "AGENT": { "route": "agents" },
  "SYSTEM": { "route": "flow" },
  "CUSTOMER_HUNG_UP": { "route": null },
  "NUMBER_EXPIRED": { "route": "agents", "redial": true },
  "DIAL_FAILED": { "route": "agents", "redial": true },
  "TRANSFER_UNAVAILABLE": { "route": "agents" },
  "CONTEXT_UNAVAILABLE": { "route": "agents" },
  "CANCELLED": { "route": "agents" }
}`;

/** A table whose rules begin on the twelfth line. */
const withRules = (rules: string) => `{${DEFAULTS},\n"rules": [\n${rules}\n]}`;

/** The lines of the message about a text that is refused. */
function mistakesIn(text: string): string[] {
  try {
    parseRoutingTable(text, 'routing.json');
  } catch (error) {
    if (error instanceof RoutingTableError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a table without mistakes is a policy', () => {
  const text = withRules(
    '{ "when": { "outcome": "AGENT", "taskName": "billing" }, "route": { "queue": 7 } }',
  );
  const policy = policyFromTable(parseRoutingTable(text, 'routing.json'));

  expect(policy(facts())).toEqual({ route: { queue: 7 } });
  expect(policy(facts({ outcome: 'CUSTOMER_HUNG_UP' }))).toEqual({ route: null });
});

test('a table that cannot be used has an error of its own, which logs show by its name', () => {
  expect(() => parseRoutingTable('[]', 'routing.json')).toThrow(
    expect.objectContaining({ name: 'RoutingTableError' }) as Error,
  );
});

test('comments, trailing commas and a schema for editors are allowed', () => {
  const text = `// ours\n{ "$schema": "routing-table.json", /* all */ ${DEFAULTS}, "rules": [], }`;

  expect(mistakesIn(text)).toEqual([]);
});

describe('text that is no JSON is refused with its place', () => {
  it.each([
    ['', 'routing.json:1:1 ValueExpected'],
    ['{"rules": [\n  nonsense', 'routing.json:2:3 InvalidSymbol'],
    ['{"defaults": }', 'routing.json:1:14 ValueExpected'],
    [`{${DEFAULTS}`, 'routing.json:10:2 CloseBraceExpected'],
  ])('%j', (text, mistake) => {
    expect(mistakesIn(text)).toContain(mistake);
  });
});

describe('a mistake is named with its line, its column, its path and the reason', () => {
  it.each([
    ['[]', 'routing.json:1:1 table: Invalid input: expected object, received array'],
    ['null', 'routing.json:1:1 table: Invalid input: expected object, received null'],
    ['{ "rules": [] }', 'routing.json:1:1 defaults: is missing'],
    [
      `{${DEFAULTS},\n "rules": 7 }`,
      'routing.json:11:11 rules: Invalid input: expected array, received number',
    ],
    [
      `{${DEFAULTS.replace('{ "route": "flow" }', '"flow"')}}`,
      'routing.json:3:13 defaults.SYSTEM: Invalid input: expected object, received string',
    ],
    [
      `{${DEFAULTS.replace('"AGENT"', '"AGNT"')}}`,
      'routing.json:1:14 defaults.AGENT: is missing, and there is no "*"',
    ],
    [`{${DEFAULTS.replace('"AGENT"', '"AGNT"')}}`, 'routing.json:1:14 defaults: Unrecognized key: "AGNT"'],
    [
      `{${DEFAULTS.replace('"route": "flow"', '"route": 1, "redial": true')}}`,
      'routing.json:3:37 defaults.SYSTEM.redial: is only possible for DIAL_FAILED and NUMBER_EXPIRED',
    ],
  ])('in the table: %s', (text, mistake) => {
    expect(mistakesIn(text)).toContain(mistake);
  });

  it.each([
    ['7', '12:1 rules.0: Invalid input: expected object, received number'],
    ['{ "route": 1 }', '12:1 rules.0.when: is missing'],
    ['{ "when": {}, "rout": 1, "route": 1 }', '12:1 rules.0: Unrecognized key: "rout"'],
    [
      '{ "when": { "outcome": "AGNT" }, "route": 1 }',
      '12:24 rules.0.when.outcome: must be one of AGENT, SYSTEM, CUSTOMER_HUNG_UP, NUMBER_EXPIRED, DIAL_FAILED, TRANSFER_UNAVAILABLE, CONTEXT_UNAVAILABLE, CANCELLED, or a list of such',
    ],
    [
      '{ "when": {\n    "taskName": 7 }, "route": 1 }',
      '13:17 rules.0.when.taskName: must be a task name, or a list of such',
    ],
    [
      '{ "when": { "variables": {\n"vip": null } }, "route": 1 }',
      '13:8 rules.0.when.variables.vip: must be a text, a number or a boolean, or a list of such',
    ],
    [
      '{ "when": { "reason": "BORED" }, "route": 1 }',
      '12:23 rules.0.when.reason: must be a reason such as "DIAL_BUSY", or a list of such',
    ],
    [
      '{ "when": { "country": "us" }, "route": 1 }',
      '12:24 rules.0.when.country: must be an ISO 3166-1 alpha-2 country code, such as "US", or a list of such',
    ],
    [
      '{ "when": { "transport": "PIGEON" }, "route": 1 }',
      '12:26 rules.0.when.transport: must be PHONE_NUMBER or SIP, or a list of such',
    ],
    [
      '{ "when": { "legs": "two" }, "route": 1 }',
      '12:21 rules.0.when.legs: must be a number from 1 on, or an object with min and max',
    ],
    [
      '{ "when": { "open": 7 }, "route": 1 }',
      '12:21 rules.0.when.open: must be the name of a calendar, or a list of such',
    ],
    [
      '{ "when": { "closed": 7 }, "route": 1 }',
      '12:23 rules.0.when.closed: must be the name of a calendar, or a list of such',
    ],
    ['{ "when": { "task": "x" }, "route": 1 }', '12:11 rules.0.when: Unrecognized key: "task"'],
    [
      '{ "when": {}, "route": 1, "redial": "yes" }',
      '12:37 rules.0.redial: Invalid input: expected boolean, received string',
    ],
    [
      '{ "when": {}, "route": 1 },\n  { "when": {}, "route": 2 }',
      '13:13 rules.1.when: can never match: rules.0 has the same condition',
    ],
    [
      '{ "when": { "outcome": "AGENT" }, "route": 1, "redial": true }',
      '12:57 rules.0.redial: is only possible for DIAL_FAILED and NUMBER_EXPIRED',
    ],
  ])('in a rule: %s', (rule, mistake) => {
    expect(mistakesIn(withRules(rule))).toEqual([`routing.json:${mistake}`]);
  });

  it('where a route is missing', () => {
    expect(mistakesIn(withRules('{ "when": {} }'))).toEqual([
      expect.stringMatching(/^routing\.json:12:1 rules\.0\.route: /),
    ]);
  });

  it('where a list has nothing in it', () => {
    expect(mistakesIn(withRules('{ "when": { "outcome": [] }, "route": 1 }'))).toEqual([
      expect.stringMatching(/^routing\.json:12:24 rules\.0\.when\.outcome: /),
    ]);
  });
});

test('several mistakes are named at once, each on a line of its own', () => {
  const rules =
    '{ "when": { "outcome": "NOBODY" }, "route": 1 },\n7,\n{ "when": {}, "route": 1, "redial": 1 }';

  expect(mistakesIn(withRules(rules))).toEqual([
    expect.stringMatching(/^routing\.json:12:24 rules\.0\.when\.outcome: must be one of AGENT, /),
    'routing.json:13:1 rules.1: Invalid input: expected object, received number',
    'routing.json:14:37 rules.2.redial: Invalid input: expected boolean, received number',
  ]);
});

test('lines that end as on Windows are counted as lines', () => {
  const text = withRules('{ "when": {}, "route": 1, "redial": 1 }').replaceAll('\n', '\r\n');

  expect(mistakesIn(text)).toEqual([
    'routing.json:12:37 rules.0.redial: Invalid input: expected boolean, received number',
  ]);
});

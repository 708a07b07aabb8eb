/** What a table says of a leg, and why: what `call-transfer-routing try` prints. */
import { z } from 'zod';

import { outcomes } from '../../src/contract/outcomes';
import { judgeByTable, routesIn, routingTableSchema, type RoutingTable } from '../../src/routing/table';
import { defaults, facts, table } from '../support/routing';

type Rule = NonNullable<RoutingTable['rules']>[number];

const calendars = {
  berlin: { timeZone: 'Europe/Berlin', weekly: { MONDAY: ['08:00-18:00'] } },
  tokyo: { timeZone: 'Asia/Tokyo', weekly: { MONDAY: ['08:00-18:00'] } },
};

/** What is said of a rule with these conditions. */
function said(when: Rule['when'], about: Parameters<typeof facts>[0] = {}): string[] {
  const judge = judgeByTable({ ...table({ when, route: 1 }), calendars });
  return judge(facts(about)).rules.flatMap(({ checks }) => checks.map(({ why }) => why));
}

test.each<[Rule['when'], Parameters<typeof facts>[0], string[]]>([
  [{}, {}, []],
  [{ outcome: 'AGENT' }, {}, ['outcome is "AGENT"']],
  [{ outcome: 'SYSTEM' }, {}, ['outcome is "AGENT", not "SYSTEM"']],
  [{ taskName: ['sales', 'help'] }, {}, ['taskName is "billing", not "sales" or "help"']],
  [{ taskName: 'sales' }, { currentTaskName: null }, ['taskName is null, not "sales"']],
  [{ variables: { vip: true } }, {}, ['variables.vip is null, not true']],
  [{ variables: { vip: 'true' } }, { transferVariables: { vip: true } }, ['variables.vip is true']],
  [{ legs: 1 }, {}, ['legs is 1']],
  [{ legs: { min: 2 } }, {}, ['legs is 1, not {"min":2}']],
  [
    { country: 'CA', transport: 'PHONE_NUMBER' },
    {},
    ['country is "US", not "CA"', 'transport is "PHONE_NUMBER"'],
  ],
])('of the conditions %j, for %j: %j', (when, about, why) => {
  expect(said(when, about)).toEqual(why);
});

test('of several calendars it says which are open, and by which hours', () => {
  expect(said({ open: ['tokyo', 'berlin'] })).toEqual([
    'tokyo is closed (MONDAY 08:00-18:00), berlin is open (MONDAY 08:00-18:00)',
  ]);
  expect(said({ closed: 'tokyo' })).toEqual(['tokyo is closed (MONDAY 08:00-18:00)']);
});

test('it names the rules down to the one that won', () => {
  const judge = judgeByTable(
    table(
      { when: { outcome: 'SYSTEM' }, route: 'no' },
      { when: { outcome: 'AGENT' }, route: 'won' },
      { when: {}, route: 'never asked' },
    ),
  );

  expect(judge(facts())).toEqual({
    choice: { route: 'won' },
    from: 'rules.1',
    rules: [
      { rule: 'rules.0', holds: false, checks: [{ holds: false, why: 'outcome is "AGENT", not "SYSTEM"' }] },
      { rule: 'rules.1', holds: true, checks: [{ holds: true, why: 'outcome is "AGENT"' }] },
    ],
  });
});

test('it names the default that was chosen: of the outcome, or of all', () => {
  const judge = judgeByTable({ defaults: { AGENT: { route: 'agents' }, '*': { route: 'others' } } });

  expect(judge(facts())).toEqual({ choice: { route: 'agents' }, from: 'defaults.AGENT', rules: [] });
  expect(judge(facts({ outcome: 'SYSTEM' }))).toEqual({
    choice: { route: 'others' },
    from: 'defaults.*',
    rules: [],
  });
});

test('every route of a table has its place', () => {
  expect(routesIn({ rules: [{ when: {}, route: 1 }], defaults: { '*': { route: 2 } } })).toEqual([
    { place: 'rules.0.route', route: 1 },
    { place: 'defaults.*.route', route: 2 },
  ]);
  expect(routesIn({ defaults })).toEqual(
    outcomes.map((outcome) => ({ place: `defaults.${outcome}.route`, route: `default of ${outcome}` })),
  );
});

test('editors know from the schema that every outcome has a default', () => {
  const { properties } = z.toJSONSchema(routingTableSchema, { io: 'input' });

  expect(properties?.['defaults']).toMatchObject({
    anyOf: [{ required: ['*'] }, { required: [...outcomes] }],
  });
});

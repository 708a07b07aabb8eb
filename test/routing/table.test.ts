import { outcomes } from '../../src/contract/outcomes';
import type { RoutingFacts } from '../../src/routing/policy';
import { policyFromTable, routingTableSchema } from '../../src/routing/table';
import { defaults, facts, table } from '../support/routing';

test.each(outcomes)('%s has its default where no rule matches', (outcome) => {
  expect(policyFromTable({ defaults })(facts({ outcome }))).toEqual({ route: `default of ${outcome}` });
});

test('the first rule that matches wins', () => {
  const policy = policyFromTable(
    table(
      { when: { outcome: 'SYSTEM' }, route: 'no' },
      { when: { outcome: 'AGENT', taskName: 'billing' }, route: 'first' },
      { when: { outcome: 'AGENT' }, route: 'second' },
    ),
  );

  expect(policy(facts())).toEqual({ route: 'first' });
  expect(policy(facts({ currentTaskName: 'sales' }))).toEqual({ route: 'second' });
});

test('a rule without conditions matches always', () => {
  expect(policyFromTable(table({ when: {}, route: 'all' }))(facts({ outcome: 'CANCELLED' }))).toEqual({
    route: 'all',
  });
});

describe('a condition', () => {
  const matches = (when: Parameters<typeof table>[0]['when'], about: Parameters<typeof facts>[0]) => {
    const choice = policyFromTable(table({ when, route: 'matched' }))(facts(about));
    return 'route' in choice && choice.route === 'matched';
  };

  it('on a list admits each of its members', () => {
    const when = { outcome: ['AGENT' as const, 'SYSTEM' as const], taskName: ['billing', 'sales'] };

    expect(matches(when, { outcome: 'SYSTEM', currentTaskName: 'sales' })).toBe(true);
    expect(matches(when, { outcome: 'CANCELLED', currentTaskName: 'sales' })).toBe(false);
    expect(matches(when, { outcome: 'SYSTEM', currentTaskName: 'support' })).toBe(false);
  });

  it('on the task name is not met where there is none', () => {
    expect(matches({ taskName: 'billing' }, { currentTaskName: null })).toBe(false);
  });

  it('on several variables needs all of them', () => {
    const when = { variables: { vip: 'true', language: ['en', 'fr'] } };

    expect(matches(when, { transferVariables: { vip: 'true', language: 'fr' } })).toBe(true);
    expect(matches(when, { transferVariables: { vip: 'true', language: 'de' } })).toBe(false);
    expect(matches(when, { transferVariables: { vip: 'true' } })).toBe(false);
  });

  it.each([
    ['true', true],
    [true, 'true'],
    [true, true],
    [7, '7'],
    ['7', 7],
  ])('compares variables as text: %j with %j', (wanted, actual) => {
    expect(matches({ variables: { a: wanted } }, { transferVariables: { a: actual } })).toBe(true);
  });

  it.each([[null], [{ a: 1 }], [['true']], ['True'], ['']])(
    'does not take %j for the text "true"',
    (actual) => {
      expect(matches({ variables: { a: 'true' } }, { transferVariables: { a: actual } })).toBe(false);
    },
  );

  it('looks among the reference variables where there is no such transfer variable', () => {
    const when = { variables: { vip: 'true' } };

    expect(matches(when, { referenceVariables: { vip: 'true' } })).toBe(true);
    expect(matches(when, { transferVariables: { vip: 'false' }, referenceVariables: { vip: 'true' } })).toBe(
      false,
    );
  });

  it('knows no variables that were not sent', () => {
    expect(matches({ variables: { toString: 'function toString() { [native code] }' } }, {})).toBe(false);
  });
});

describe('a condition on more than the outcome', () => {
  const overSip = { transport: 'SIP', country: null } as const;

  it.each<[object, Partial<RoutingFacts>, boolean]>([
    [{ reason: 'NOT_ADMITTED' }, { outcome: 'TRANSFER_UNAVAILABLE', reason: 'NOT_ADMITTED' }, true],
    [{ reason: ['DIAL_BUSY', 'DIAL_REJECTED'] }, { reason: 'DIAL_NO_ANSWER' }, false],
    [{ reason: 'DIAL_BUSY' }, { reason: null }, false],
    [{ country: 'CA' }, { country: 'US' }, false],
    [{ country: ['CA', 'US'] }, { country: 'US' }, true],
    [{ country: 'US' }, overSip, false],
    [{ transport: 'SIP' }, overSip, true],
    [{ transport: 'PHONE_NUMBER' }, overSip, false],
    [{ legs: 2 }, { legNumber: 2 }, true],
    [{ legs: 2 }, { legNumber: 3 }, false],
    [{ legs: { min: 3 } }, { legNumber: 2 }, false],
    [{ legs: { min: 3 } }, { legNumber: 3 }, true],
    [{ legs: { max: 3 } }, { legNumber: 3 }, true],
    [{ legs: { max: 3 } }, { legNumber: 4 }, false],
    [{ legs: {} }, { legNumber: 4 }, true],
  ])('%j of %j holds: %s', (when, about, holds) => {
    const policy = policyFromTable(table({ when, route: 'matched' }));

    expect(policy(facts(about))).toEqual(
      holds ? { route: 'matched' } : policyFromTable(table())(facts(about)),
    );
  });
});

describe('a condition on opening hours', () => {
  const weekly = { MONDAY: ['08:00-18:00'] };
  const calendars = {
    berlin: { timeZone: 'Europe/Berlin', weekly },
    tokyo: { timeZone: 'Asia/Tokyo', weekly },
  };
  const routeAt = (when: object, at: string) =>
    policyFromTable({ ...table({ when, route: 'matched' }), calendars })(facts({ at: Date.parse(at) }));

  it.each([
    [{ open: 'berlin' }, '2026-01-05T08:00:00Z', true],
    [{ open: 'berlin' }, '2026-01-05T18:00:00Z', false],
    [{ closed: 'berlin' }, '2026-01-05T18:00:00Z', true],
    [{ open: ['tokyo', 'berlin'] }, '2026-01-05T15:00:00Z', true],
    [{ open: ['tokyo', 'berlin'] }, '2026-01-05T20:00:00Z', false],
    [{ closed: ['tokyo', 'berlin'] }, '2026-01-05T15:00:00Z', true],
    [{ closed: ['tokyo', 'berlin'] }, '2026-01-05T08:30:00Z', false],
    [{ open: 'tokyo', closed: 'berlin' }, '2026-01-05T05:00:00Z', true],
  ])('%j at %s holds: %s', (when, at, holds) => {
    expect(routeAt(when, at)).toEqual({ route: holds ? 'matched' : 'default of AGENT' });
  });

  it('is refused if there is no such calendar', () => {
    const mistaken = {
      ...table({ when: { open: ['berlin', 'paris', 'oslo'], closed: 'rome' }, route: 1 }),
      calendars,
    };

    expect(routingTableSchema.safeParse(mistaken).error?.issues).toMatchObject([
      { path: ['rules', 0, 'when', 'open'], message: 'names no calendar: paris, oslo' },
      { path: ['rules', 0, 'when', 'closed'], message: 'names no calendar: rome' },
    ]);
  });
});

test('"*" stands for every outcome without a default of its own', () => {
  const policy = policyFromTable({
    defaults: { AGENT: { route: 'agents' }, '*': { route: 'others', redial: true } },
  });

  expect(policy(facts({ outcome: 'AGENT' }))).toEqual({ route: 'agents' });
  for (const outcome of outcomes.filter((each) => each !== 'AGENT'))
    expect(policy(facts({ outcome }))).toEqual({ route: 'others', redial: true });
});

test('a rule may ask for a fresh number first', () => {
  const policy = policyFromTable(
    table({ when: { outcome: ['DIAL_FAILED', 'NUMBER_EXPIRED'] }, route: 'agents', redial: true }),
  );

  expect(policy(facts({ outcome: 'DIAL_FAILED' }))).toEqual({ route: 'agents', redial: true });
});

test('a rule may ask for a fresh number if one of its outcomes is such', () => {
  const rule = { when: { outcome: ['AGENT', 'DIAL_FAILED'] }, route: 'agents', redial: true };

  expect(routingTableSchema.safeParse({ rules: [rule], defaults }).success).toBe(true);
});

describe('a table is refused', () => {
  it.each(outcomes)('without a default for %s', (outcome) => {
    const { [outcome]: _, ...others } = defaults;

    expect(routingTableSchema.safeParse({ defaults: others }).error?.issues).toMatchObject([
      { code: 'custom', path: ['defaults', outcome] },
    ]);
  });

  it('without a default, though another is wrong: all mistakes are told at once', () => {
    const { AGENT: _, ...others } = defaults;

    expect(
      routingTableSchema.safeParse({ defaults: { ...others, SYSTEM: 'flow' } }).error?.issues,
    ).toMatchObject([{ path: ['defaults', 'SYSTEM'] }, { path: ['defaults', 'AGENT'] }]);
  });

  it.each([null, 7])('with defaults that are none: %j', (none) => {
    expect(routingTableSchema.safeParse({ defaults: none }).error?.issues).toMatchObject([
      { path: ['defaults'], code: 'invalid_type' },
    ]);
  });

  it('with a rule that can never match, because another has its condition', () => {
    const result = routingTableSchema.safeParse(
      table(
        { when: { taskName: 'a', outcome: 'AGENT' }, route: 1 },
        { when: {}, route: 2 },
        { when: { outcome: 'AGENT', taskName: 'a' }, route: 3 },
      ),
    );

    expect(result.error?.issues).toMatchObject([
      {
        code: 'custom',
        path: ['rules', 2, 'when'],
        message: 'can never match: rules.0 has the same condition',
      },
    ]);
  });

  it.each(outcomes.filter((outcome) => outcome !== 'DIAL_FAILED' && outcome !== 'NUMBER_EXPIRED'))(
    'with a redial after %s: the customer spoke to somebody, or there is none to speak to',
    (outcome) => {
      const result = routingTableSchema.safeParse({
        rules: [{ when: { outcome }, route: 1, redial: true }],
        defaults: { ...defaults, [outcome]: { route: 1, redial: true } },
      });

      expect(result.error?.issues).toMatchObject([
        { path: ['rules', 0, 'redial'], message: 'is only possible for DIAL_FAILED and NUMBER_EXPIRED' },
        {
          path: ['defaults', outcome, 'redial'],
          message: 'is only possible for DIAL_FAILED and NUMBER_EXPIRED',
        },
      ]);
    },
  );

  it('with a redial after any outcome: after most of them nobody is there for it', () => {
    const result = routingTableSchema.safeParse(table({ when: {}, route: 1, redial: true }));

    expect(result.error?.issues).toMatchObject([{ path: ['rules', 0, 'redial'] }]);
  });

  it('with a mistake, before it is used', () => {
    const mistaken = table({ when: { outcome: 'AGNT' as 'AGENT' }, route: 1 });

    expect(() => policyFromTable(mistaken)).toThrow('must be one of AGENT, SYSTEM, CUSTOMER_HUNG_UP');
  });
});

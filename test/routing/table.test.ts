import { outcomes } from '../../src/contract/outcomes';
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

test('a rule may ask for a fresh number first', () => {
  const policy = policyFromTable(
    table({ when: { outcome: ['DIAL_FAILED', 'NUMBER_EXPIRED'] }, route: 'agents', redial: true }),
  );

  expect(policy(facts({ outcome: 'DIAL_FAILED' }))).toEqual({ route: 'agents', redial: true });
});

describe('a table is refused', () => {
  it.each(outcomes)('without a default for %s', (outcome) => {
    const { [outcome]: _, ...others } = defaults;

    expect(routingTableSchema.safeParse({ defaults: others }).error?.issues).toMatchObject([
      { path: ['defaults', outcome] },
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
      { path: ['rules', 2, 'when'], message: 'can never match: rules.0 has the same condition' },
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

  it('with a mistake, before it is used', () => {
    const mistaken = table({ when: { outcome: 'AGNT' as 'AGENT' }, route: 1 });

    expect(() => policyFromTable(mistaken)).toThrow('must be one of AGENT, SYSTEM, CUSTOMER_HUNG_UP');
  });
});

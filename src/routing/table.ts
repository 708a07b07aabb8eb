import { z } from 'zod';

import type { Json } from '../contract/json';
import { outcomes, type Outcome } from '../contract/outcomes';
import { routeSchema } from '../contract/route';

import { asList, checksOf, conditionSchema, type Check, type Condition } from './conditions';
import { calendarSchema } from './opening-hours';
import { redialableOutcomes, type CheckedChoice, type RoutingFacts, type RoutingPolicy } from './policy';

const choiceSchema = z.strictObject({ route: routeSchema, redial: z.boolean().exactOptional() });
type Choice = z.output<typeof choiceSchema>;

const ruleSchema = z.strictObject({ when: conditionSchema, ...choiceSchema.shape });

/** What stands for every outcome without a default of its own, so that a new outcome stops no worker. */
const ANY_OUTCOME = '*';

/** By outcome: each has its own, or `*`. */
const defaultsSchema = z
  .strictObject({
    [ANY_OUTCOME]: choiceSchema.exactOptional(),
    ...(Object.fromEntries(outcomes.map((outcome) => [outcome, choiceSchema.exactOptional()])) as Record<
      Outcome,
      z.ZodExactOptional<typeof choiceSchema>
    >),
  })
  .superRefine(
    (defaults, context) => {
      if (defaults[ANY_OUTCOME] !== undefined) return;
      for (const outcome of outcomes.filter((each) => defaults[each] === undefined)) {
        context.addIssue({ code: 'custom', path: [outcome], message: 'is missing, and there is no "*"' });
      }
    },
    // Told beside whatever else is wrong.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .meta({ anyOf: [{ required: [ANY_OUTCOME] }, { required: [...outcomes] }] });

/** A routing policy as data: the first rule that matches wins, and every outcome has a default. */
export const routingTableSchema = z
  .strictObject({
    $schema: z.string().optional(),
    /** By name: what the conditions `open` and `closed` name. */
    calendars: z.record(z.string(), calendarSchema).default({}),
    rules: z.array(ruleSchema).default([]),
    defaults: defaultsSchema,
  })
  .superRefine((table, context) => {
    const issue = (path: (string | number)[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
    };
    const checkRedial = (path: (string | number)[], choice: Partial<Choice>, after: Outcome[]) => {
      if (choice.redial !== true || after.some((outcome) => redialableOutcomes.includes(outcome))) return;
      issue([...path, 'redial'], `is only possible for ${redialableOutcomes.join(' and ')}`);
    };
    const known = Object.keys(table.calendars);
    table.rules.forEach((rule, index) => {
      const twin = table.rules.findIndex((other) => sameCondition(other.when, rule.when));
      if (twin < index)
        issue(['rules', index, 'when'], `can never match: rules.${twin} has the same condition`);
      checkRedial(['rules', index], rule, asList(rule.when.outcome));
      for (const field of ['open', 'closed'] as const) {
        const unknown = asList(rule.when[field]).filter((name) => !known.includes(name));
        if (unknown.length > 0)
          issue(['rules', index, 'when', field], `names no calendar: ${unknown.join(', ')}`);
      }
    });
    for (const outcome of outcomes) {
      checkRedial(['defaults', outcome], table.defaults[outcome] ?? {}, [outcome]);
    }
  });

type Defaults = z.input<typeof defaultsSchema>;
/** A table as its owner writes it. Its type knows, too, that every outcome has a default. */
export type RoutingTable = Omit<z.input<typeof routingTableSchema>, 'defaults'> & {
  defaults: Record<Outcome, Choice> | (Defaults & Record<typeof ANY_OUTCOME, Choice>);
};

const sameCondition = (a: Condition, b: Condition) => JSON.stringify(a) === JSON.stringify(b);

/** Every route of a table, and its place in it, such as `rules.0.route`. */
export const routesIn = ({ rules = [], defaults }: RoutingTable): { place: string; route: Json }[] => [
  ...rules.map(({ route }, index) => ({ place: `rules.${index}.route`, route })),
  ...Object.entries(defaults).map(([outcome, { route }]) => ({ place: `defaults.${outcome}.route`, route })),
];

/** What a table says of a leg, and why. */
export interface Verdict {
  choice: CheckedChoice;
  /** Where the choice stands in the table, such as `rules.2` or `defaults.AGENT`. */
  from: string;
  /** The rules down to the one that won, with their conditions: the last one is it, unless a default was chosen. */
  rules: { rule: string; holds: boolean; checks: Check[] }[];
}

/**
 * Says what a table chooses for a leg, and which of its rules were in question.
 *
 * @throws ZodError if the table has a mistake
 */
export function judgeByTable(table: RoutingTable): (facts: RoutingFacts) => Verdict {
  const { rules, defaults, calendars } = routingTableSchema.parse(table);
  return (facts) => {
    const judged: Verdict['rules'] = [];
    for (const [index, { when, ...choice }] of rules.entries()) {
      const checks = checksOf(when, facts, calendars);
      const holds = checks.every((check) => check.holds);
      judged.push({ rule: `rules.${index}`, holds, checks });
      if (holds) return { choice, from: `rules.${index}`, rules: judged };
    }
    const ownDefault = defaults[facts.outcome];
    // One of them is there, or the table would not have been taken.
    const choice = (ownDefault ?? defaults[ANY_OUTCOME]) as Choice;
    const from = `defaults.${ownDefault === undefined ? ANY_OUTCOME : facts.outcome}`;
    return { choice, from, rules: judged };
  };
}

/**
 * A policy that follows a table.
 *
 * @throws ZodError if the table has a mistake
 */
export function policyFromTable(table: RoutingTable): RoutingPolicy {
  const judge = judgeByTable(table);
  return (facts) => judge(facts).choice;
}

/**
 * What the worker routes by if its owner gives no policy: on `SYSTEM` the phone system goes on with its
 * own flow, after the customer's hangup there is nothing to do, and everybody else meets a person.
 */
export const defaultRoutingTable: RoutingTable = {
  defaults: {
    SYSTEM: { route: { type: 'CONTINUE' } },
    CUSTOMER_HUNG_UP: { route: { type: 'HANG_UP' } },
    '*': { route: { type: 'QUEUE', queue: 'agents' } },
  },
};

export const defaultRoutingPolicy = policyFromTable(defaultRoutingTable);

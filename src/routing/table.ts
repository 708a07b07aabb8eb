import { z } from 'zod';

import { routeSchema, type Json, type Variables } from '../contract/json';
import { outcomes, type Outcome } from '../contract/outcomes';
import { outcomeSchema } from '../contract/routing-decision';

import { redialableOutcomes, type RoutingChoice, type RoutingFacts, type RoutingPolicy } from './policy';

const oneOrMore = <T extends z.ZodType>(schema: T, what: string) =>
  z.union([schema, z.array(schema).min(1)], { error: `must be ${what}, or a list of such` });

const choiceSchema = z.strictObject({ route: routeSchema, redial: z.boolean().optional() });

const conditionSchema = z.strictObject({
  outcome: oneOrMore(outcomeSchema, `one of ${outcomes.join(', ')}`).optional(),
  /** GenerativeAgent's `currentTaskName`. */
  taskName: oneOrMore(z.string(), 'a task name').optional(),
  /**
   * Each must have one of the given values, among the transfer variables or, where it is not there, the
   * reference variables. Values are compared as text, since ASAPP sends `true` as well as `"true"`.
   */
  variables: z
    .record(
      z.string(),
      oneOrMore(z.union([z.string(), z.number(), z.boolean()]), 'a text, a number or a boolean'),
    )
    .optional(),
});
type Condition = z.output<typeof conditionSchema>;

const ruleSchema = z.strictObject({ when: conditionSchema, ...choiceSchema.shape });
type Rule = z.output<typeof ruleSchema>;

/** A routing policy as data: the first rule that matches wins, and every outcome has a default. */
export const routingTableSchema = z
  .strictObject({
    $schema: z.string().optional(),
    rules: z.array(ruleSchema).default([]),
    defaults: z.record(outcomeSchema, choiceSchema),
  })
  .superRefine((table, context) => {
    const issue = (path: (string | number)[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
    };
    const checkRedial = (path: (string | number)[], redial: boolean | undefined, after: Outcome[]) => {
      if (redial !== true || after.some((outcome) => redialableOutcomes.includes(outcome))) return;
      issue([...path, 'redial'], `is only possible for ${redialableOutcomes.join(' and ')}`);
    };
    table.rules.forEach((rule, index) => {
      const twin = table.rules.findIndex((other) => sameCondition(other.when, rule.when));
      if (twin < index)
        issue(['rules', index, 'when'], `can never match: rules.${twin} has the same condition`);
      checkRedial(['rules', index], rule.redial, asList(rule.when.outcome));
    });
    for (const outcome of outcomes) {
      checkRedial(['defaults', outcome], table.defaults[outcome].redial, [outcome]);
    }
  });
export type RoutingTable = z.input<typeof routingTableSchema>;

const asList = <T>(oneOrMany: T | T[] | undefined): T[] =>
  oneOrMany === undefined ? [] : Array.isArray(oneOrMany) ? oneOrMany : [oneOrMany];

const sameCondition = (a: Condition, b: Condition) => JSON.stringify(a) === JSON.stringify(b);

/**
 * A policy that follows a table.
 *
 * @throws ZodError where the table has a mistake
 */
export function policyFromTable(table: RoutingTable): RoutingPolicy {
  const { rules, defaults } = routingTableSchema.parse(table);
  return (facts) => {
    const { route, redial } = rules.find((rule) => matches(rule, facts)) ?? defaults[facts.outcome];
    return { route, ...(redial === undefined ? {} : { redial }) } satisfies RoutingChoice;
  };
}

type Wanted = string | number | boolean;

function matches({ when }: Rule, facts: RoutingFacts): boolean {
  const admits = (wanted: Wanted | Wanted[] | undefined, actual: Json | undefined) =>
    wanted === undefined || asList(wanted).some((value) => String(value) === asText(actual));
  return (
    admits(when.outcome, facts.outcome) &&
    admits(when.taskName, facts.currentTaskName ?? undefined) &&
    Object.entries(when.variables ?? {}).every(([name, wanted]) => admits(wanted, variable(name, facts)))
  );
}

function variable(name: string, { transferVariables, referenceVariables }: RoutingFacts): Json | undefined {
  const own = (variables: Variables) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  return own(transferVariables) ?? own(referenceVariables);
}

/** Text, numbers and booleans as they are written; nothing else equals a table's value. */
const asText = (value: Json | undefined): string | undefined =>
  typeof value === 'object' ? undefined : value?.toString();

const toAgents = { route: { type: 'QUEUE', queue: 'agents' } };

/**
 * What the worker routes by where its owner gives no policy: on `SYSTEM` the phone system goes on with its
 * own flow, after the customer's hangup there is nothing to do, and everybody else meets a person.
 */
export const defaultRoutingTable: RoutingTable = {
  rules: [],
  defaults: {
    AGENT: toAgents,
    SYSTEM: { route: { type: 'CONTINUE' } },
    CUSTOMER_HUNG_UP: { route: { type: 'HANG_UP' } },
    NUMBER_EXPIRED: toAgents,
    DIAL_FAILED: toAgents,
    TRANSFER_UNAVAILABLE: toAgents,
    CONTEXT_UNAVAILABLE: toAgents,
    CANCELLED: toAgents,
  },
};

export const defaultRoutingPolicy = policyFromTable(defaultRoutingTable);

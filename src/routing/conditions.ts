/** What a rule of a routing table may ask of an ended leg, and whether the leg is such a one. */
import { z } from 'zod';

import { countrySchema } from '../contract/fields';
import { ownVariable, type Json } from '../contract/json';
import { outcomes } from '../contract/outcomes';
import { fallbackReasonSchema, outcomeSchema } from '../contract/routing-decision';
import { transportTypeSchema } from '../contract/transport';

import { openingAt, type Calendar } from './opening-hours';
import type { RoutingFacts } from './policy';

const oneOrMore = <T extends z.ZodType>(schema: T, what: string) =>
  z.union([schema, z.array(schema).min(1)], { error: `must be ${what}, or a list of such` });

const legCount = z.int().min(1);

/** Conditions of one rule: all must hold. One on a list holds for each of its members. */
export const conditionSchema = z.strictObject({
  outcome: oneOrMore(outcomeSchema, `one of ${outcomes.join(', ')}`).optional(),
  /** Why the outcome is a fallback. */
  reason: oneOrMore(fallbackReasonSchema, 'a reason such as "DIAL_BUSY"').optional(),
  /** GenerativeAgent's `currentTaskName`. */
  taskName: oneOrMore(z.string(), 'a task name').optional(),
  /** Of the number that was requested; no country fits a leg over SIP. */
  country: oneOrMore(countrySchema, 'an ISO 3166-1 alpha-2 country code, such as "US"').optional(),
  transport: oneOrMore(transportTypeSchema, 'PHONE_NUMBER or SIP').optional(),
  /** How many legs the conversation has had, this one included: a number, or bounds. */
  legs: z
    .union([legCount, z.strictObject({ min: legCount.optional(), max: legCount.optional() })], {
      error: 'must be a number from 1 on, or an object with min and max',
    })
    .optional(),
  /**
   * Each must have one of the given values, among the transfer variables or, if it is not there, the
   * reference variables. Values are compared as text, since ASAPP sends `true` as well as `"true"`.
   */
  variables: z
    .record(
      z.string(),
      oneOrMore(z.union([z.string(), z.number(), z.boolean()]), 'a text, a number or a boolean'),
    )
    .optional(),
  /** Calendars of which one is open. */
  open: oneOrMore(z.string(), 'the name of a calendar').optional(),
  /** Calendars of which one is closed. */
  closed: oneOrMore(z.string(), 'the name of a calendar').optional(),
});
export type Condition = z.output<typeof conditionSchema>;

/** One condition, held against a leg. */
export interface Check {
  holds: boolean;
  /** In words: the condition, and what the leg or the calendar has. */
  why: string;
}

type Wanted = string | number | boolean;
type OneOrMore<T> = T | T[];

export const asList = <T>(oneOrMany: OneOrMore<T> | undefined): T[] =>
  oneOrMany === undefined ? [] : Array.isArray(oneOrMany) ? oneOrMany : [oneOrMany];

/** Each condition of a rule, in the order of the schema. None means that the rule is for every leg. */
export function checksOf(
  when: Condition,
  facts: RoutingFacts,
  calendars: Readonly<Record<string, Calendar>>,
): Check[] {
  const { open, closed, variables = {}, legs, ...plain } = when;
  const actual: Record<keyof typeof plain, Json> = {
    outcome: facts.outcome,
    reason: facts.reason,
    taskName: facts.currentTaskName,
    country: facts.country,
    transport: facts.transport,
  };
  return [
    ...(Object.keys(actual) as (keyof typeof plain)[]).flatMap((name) =>
      admits(name, plain[name], actual[name]),
    ),
    ...(legs === undefined ? [] : [admitsCount(legs, facts.legNumber)]),
    ...Object.entries(variables).flatMap(([name, wanted]) =>
      admits(`variables.${name}`, wanted, ownVariable(name, facts)),
    ),
    ...asHours(true, open, calendars, facts.at),
    ...asHours(false, closed, calendars, facts.at),
  ];
}

function admits(name: string, wanted: OneOrMore<Wanted> | undefined, actual: Json | undefined): Check[] {
  if (wanted === undefined) return [];
  const holds = asList(wanted).some((value) => String(value) === asText(actual));
  return [
    { holds, why: `${name} is ${JSON.stringify(actual ?? null)}${holds ? '' : `, not ${either(wanted)}`}` },
  ];
}

const either = (wanted: OneOrMore<Wanted>): string =>
  asList(wanted)
    .map((value) => JSON.stringify(value))
    .join(' or ');

function admitsCount(wanted: NonNullable<Condition['legs']>, legs: number): Check {
  const { min = 1, max = Infinity } = typeof wanted === 'number' ? { min: wanted, max: wanted } : wanted;
  const holds = legs >= min && legs <= max;
  return { holds, why: `legs is ${legs}${holds ? '' : `, not ${JSON.stringify(wanted)}`}` };
}

/** One check for all that are named: it holds if one of them does. */
function asHours(
  isOpenWanted: boolean,
  names: OneOrMore<string> | undefined,
  calendars: Readonly<Record<string, Calendar>>,
  at: number,
): Check[] {
  if (names === undefined) return [];
  const openings = asList(names).map((name) => ({
    name,
    // A table that names another is refused.
    ...openingAt(calendars[name] as Calendar, at),
  }));
  const holds = openings.some(({ isOpen }) => isOpen === isOpenWanted);
  const why = openings.map(
    ({ name, isOpen, because }) => `${name} is ${isOpen ? 'open' : 'closed'} (${because})`,
  );
  return [{ holds, why: why.join(', ') }];
}

/** Text, numbers and booleans as they are written; nothing else equals a table's value. */
const asText = (value: Json | undefined): string | undefined =>
  typeof value === 'object' ? undefined : value?.toString();

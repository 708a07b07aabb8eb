#!/usr/bin/env node
/**
 * Looks into a routing table: `call-transfer-routing check FILE` names every mistake with its line and column,
 * `call-transfer-routing try FILE --outcome AGENT …` says which rule would win for a leg, and why.
 *
 * Exit status: 0, or 1 with a mistake in the table or in what was asked.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { unknownRoutes } from '../call-control/routes';
import { countrySchema, instantSchema } from '../contract/fields';
import { handOverOf } from '../contract/hand-over';
import { describeIssue } from '../contract/parse';
import { fallbackReasonSchema, outcomeSchema } from '../contract/routing-decision';
import { transportTypeSchema } from '../contract/transport';
import type { RoutingFacts } from '../routing/policy';
import { judgeByTable, routesIn, type RoutingTable, type Verdict } from '../routing/table';
import { parseRoutingTable, RoutingTableError } from '../routing/table-file';

const USAGE = `Usage:
  call-transfer-routing check FILE
  call-transfer-routing try FILE --outcome AGENT
    [--reason DIAL_BUSY] [--task billing] [--country US] [--transport SIP] [--legs 2]
    [--variable name=value]… [--at 2026-12-24T19:00+01:00] [--json]`;

/** Something is wrong with what was asked. */
class UsageError extends Error {}

const text = { type: 'string' } as const;
const options = {
  ...{ outcome: text, reason: text, task: text, country: text, transport: text, legs: text, at: text },
  variable: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

/** The leg that is asked about, as it is written on the command line. */
const legSchema = z.object({
  outcome: outcomeSchema,
  reason: fallbackReasonSchema.optional(),
  task: z.string().optional(),
  country: countrySchema.optional(),
  transport: transportTypeSchema.default('PHONE_NUMBER'),
  legs: z.coerce.number().int().min(1).default(1),
  at: z
    .union([instantSchema, z.iso.datetime({ offset: true, precision: -1 })], {
      error: 'must be an instant with a time zone, such as 2026-12-24T19:00+01:00',
    })
    .optional(),
  variable: z
    .array(z.string().regex(/^[^=]+=/, 'must be name=value'))
    .default([])
    .transform((pairs) =>
      Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      ),
    ),
});

function factsOf(values: object): RoutingFacts {
  const { success, data, error } = legSchema.safeParse(values);
  if (!success)
    throw new UsageError(
      error.issues.map((issue) => `--${issue.path[0]?.toString() ?? ''}: ${describeIssue(issue)}`).join('\n'),
    );
  return {
    conversationId: 'conversation',
    transferId: 'leg',
    outcome: data.outcome,
    reason: data.reason ?? null,
    currentTaskName: data.task ?? null,
    taskName: data.task ?? null,
    referenceVariables: {},
    transferVariables: data.variable,
    legNumber: data.legs,
    transport: data.transport,
    country: data.country ?? null,
    at: data.at === undefined ? Date.now() : Date.parse(data.at),
  };
}

function printed({ choice, from, rules }: Verdict, facts: RoutingFacts): string {
  const lines = rules.map(({ rule, holds, checks }) => {
    const decisive = holds ? checks : checks.filter((check) => !check.holds);
    const why = decisive.map((check) => check.why).join('; ');
    return `${rule} ${holds ? 'wins' : 'does not match'}: ${why === '' ? 'it is for every leg' : why}`;
  });
  if (rules.at(-1)?.holds !== true) lines.push(`${from} wins: no rule matches`);
  lines.push(`route: ${JSON.stringify(choice.route)}`);
  if (choice.redial === true) lines.push('redial: one fresh number is tried before it');
  const handOver = handOverOf({ ...facts, route: choice.route });
  if (handOver !== undefined) {
    lines.push(`headers over SIP: ${Object.keys(handOver.headers).join(', ') || 'none'}`);
    if (handOver.omitted.length > 0) lines.push(`left out: ${handOver.omitted.join(', ')}`);
  }
  return lines.join('\n');
}

function readTable(file: string): RoutingTable {
  try {
    return parseRoutingTable(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof RoutingTableError) throw new UsageError(error.message);
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

function main(): void {
  const { values, positionals } = asUsage(() => parseArgs({ options, allowPositionals: true }));
  const { json, ...leg } = values;
  const [command, file, ...more] = positionals;
  if (file === undefined || more.length > 0 || (command !== 'check' && command !== 'try'))
    throw new UsageError(USAGE);
  const table = readTable(file);
  if (command === 'check') {
    const { rules = [], calendars = {} } = table;
    const counts = `rules: ${rules.length}, calendars: ${Object.keys(calendars).length}`;
    console.log(`${file}: no mistake; ${counts}; every outcome has a default`);
    const unknown = unknownRoutes(routesIn(table));
    if (unknown !== undefined) console.log(`${file}: ${unknown}`);
    return;
  }
  const facts = factsOf(leg);
  const verdict = judgeByTable(table)(facts);
  console.log(json ? JSON.stringify(verdict, null, 2) : printed(verdict, facts));
}

function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

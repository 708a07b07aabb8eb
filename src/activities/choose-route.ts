import { log } from '@temporalio/activity';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { z } from 'zod';

import { handOverOf } from '../contract/hand-over';
import { withoutUndefined } from '../contract/json';
import type { Routed } from '../contract/leg-result';
import { describeIssues } from '../contract/parse';
import { routeSchema } from '../contract/route';
import type { TransferSnapshot } from '../contract/transfer';
import { endedLeg } from '../conversation/routing-facts';
import {
  redialableOutcomes,
  type EndedLeg,
  type CheckedChoice,
  type RoutingFacts,
  type RoutingPolicy,
} from '../routing/policy';

import { endAfter } from './fetch-context';
import type { FetchContextInput } from './types';

/** A customer must not wait for a policy that takes longer than a second. */
const withinLimit = timeout(1000, TimeoutStrategy.Aggressive);

const choiceSchema = z.object({ route: routeSchema, redial: z.boolean().optional() });

/** What is needed to route. */
export interface Routing {
  policy: RoutingPolicy;
  /** The label of a task in metrics. */
  taskLabel: (taskName: string | null) => string;
}

/** Asks the policy at once if ASAPP's answer ends the leg: by the fold that the workflow will do. */
export async function routeAfter(
  routing: Routing,
  { request, leg }: FetchContextInput,
  transfer: TransferSnapshot,
  searchAttributes: Promise<boolean>,
): Promise<Routed | null> {
  const end = endAfter(leg, transfer);
  if (end === null) return null;
  return await chooseRoute(routing, endedLeg(request, end), searchAttributes);
}

/** Asks the policy. What else is to be known at a decision is found out meanwhile. */
export async function chooseRoute(
  { policy, taskLabel }: Routing,
  leg: EndedLeg,
  searchAttributes: Promise<boolean>,
): Promise<Routed> {
  const { outcome, reason } = leg;
  const choice = await choose(policy, { ...leg, at: Date.now() });
  const task = taskLabel(leg.currentTaskName ?? leg.taskName);
  return { outcome, reason, choice, task, searchAttributes: await searchAttributes };
}

/** Asks the policy, which is the user's own code: it may fail, which is `null`, and what it answers is checked. */
async function choose(policy: RoutingPolicy, facts: RoutingFacts): Promise<CheckedChoice | null> {
  try {
    const choice = checked(await withinLimit.execute(() => policy(facts)), facts);
    const omitted = handOverOf({ ...facts, ...choice })?.omitted ?? [];
    if (omitted.length > 0) log.warn('SIP headers have no room for variables of the hand-over', { omitted });
    return choice;
  } catch (error) {
    const { outcome } = facts;
    log.error('The routing policy failed: the customer goes to the last resort', { outcome, error });
    return null;
  }
}

function checked(answer: unknown, facts: RoutingFacts): CheckedChoice {
  // A circle throws here.
  JSON.stringify(answer);
  const choice = choiceSchema.safeParse(withoutUndefined(answer));
  if (!choice.success) throw new Error(`Its answer is not valid: ${describeIssues(choice.error, 'choice')}`);
  const { route, redial } = choice.data;
  return { route, redial: redial === true && redialableOutcomes.includes(facts.outcome) };
}

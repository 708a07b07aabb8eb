import { log } from '@temporalio/activity';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { z } from 'zod';

import { routeSchema } from '../contract/json';
import type { Routed } from '../contract/leg-result';
import { describeIssues } from '../contract/parse';
import type { TransferSnapshot } from '../contract/transfer';
import { routingFacts } from '../conversation/routing-facts';
import {
  redialableOutcomes,
  type RoutingChoice,
  type RoutingFacts,
  type RoutingPolicy,
} from '../routing/policy';

import { endAfter } from './fetch-context';
import type { FetchContextInput } from './types';

/** A customer must not wait for a policy that takes longer than a second. */
const withinLimit = timeout(1000, TimeoutStrategy.Aggressive);

const choiceSchema = z.object({ route: routeSchema, redial: z.boolean().optional() });

/** Asks the policy at once if ASAPP's answer ends the leg: by the fold that the workflow will do. */
export async function routeAfter(
  policy: RoutingPolicy,
  { conversationId, leg, legNumber }: FetchContextInput,
  transfer: TransferSnapshot,
  searchAttributes: Promise<boolean>,
): Promise<Routed | null> {
  const end = endAfter(leg, transfer);
  if (end === null) return null;
  const request = { conversationId, transferId: leg.transferId, legNumber };
  return await chooseRoute(policy, routingFacts(request, end), searchAttributes);
}

/** Asks the policy. What else is to be known at a decision is found out meanwhile. */
export async function chooseRoute(
  policy: RoutingPolicy,
  facts: RoutingFacts,
  searchAttributes: Promise<boolean>,
): Promise<Routed> {
  const { outcome, reason } = facts;
  return { outcome, reason, choice: await choose(policy, facts), searchAttributes: await searchAttributes };
}

/** Asks the policy, which is the user's own code: it may fail, which is `null`, and what it answers is checked. */
async function choose(policy: RoutingPolicy, facts: RoutingFacts): Promise<RoutingChoice | null> {
  try {
    return checked(await withinLimit.execute(() => policy(facts)), facts);
  } catch (error) {
    const { outcome } = facts;
    log.error('The routing policy failed: the customer goes to the last resort', { outcome, error });
    return null;
  }
}

function checked(answer: unknown, facts: RoutingFacts): RoutingChoice {
  // A circle throws here.
  JSON.stringify(answer);
  const choice = choiceSchema.safeParse(answer);
  if (!choice.success) throw new Error(`Its answer is not valid: ${describeIssues(choice.error, 'choice')}`);
  const { route, redial } = choice.data;
  return { route, redial: redial === true && redialableOutcomes.includes(facts.outcome) };
}

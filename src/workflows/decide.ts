import { log } from '@temporalio/workflow';

import type { RoutedLeg } from '../activities/types';
import { isFallback } from '../contract/outcomes';
import { routingFacts } from '../leg/routing-facts';
import type { RoutingFacts } from '../routing/policy';

import { ownActivities } from './activity-calls';
import type { Conversation, Entry } from './conversation';
import { measureDecision } from './measurements';

/** Asks the routing policy what becomes of the customer, once, and records the decision. */
export async function decide(conversation: Conversation, { leg }: Entry): Promise<void> {
  const { end } = leg.state;
  if (end === null) return;
  const facts = routingFacts(conversation.id, leg.state, end, leg.request.legNumber);
  // The policy was asked together with the fetch, unless the leg ended otherwise in the meantime.
  const isAnswered = leg.routed?.facts.outcome === end.outcome && leg.routed.facts.reason === end.reason;
  const { choice } = isAnswered && leg.routed !== null ? leg.routed : await askPolicy(facts);

  const { legNumber: _, ...known } = facts;
  const route = choice === null ? conversation.settings.lastResortRoute : choice.route;
  const fallback = isFallback(end.outcome) || choice === null;
  const reason = end.reason ?? (choice === null ? 'ROUTING_POLICY_FAILED' : null);
  if (fallback) {
    log.warn('The customer falls back', { transferId: leg.transferId, outcome: end.outcome, reason });
  }
  const decision = { ...known, route, fallback, reason };
  conversation.decide(leg, decision, choice?.redial === true);
  measureDecision(leg, decision);
}

async function askPolicy(facts: RoutingFacts): Promise<RoutedLeg> {
  try {
    return await ownActivities.callTransferChooseRoute(facts);
  } catch {
    return { facts, choice: null };
  }
}

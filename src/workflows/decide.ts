import { log } from '@temporalio/workflow';

import type { Routed } from '../contract/leg-result';
import { decisionFrom, routingFacts } from '../conversation/routing-facts';
import type { RoutingChoice, RoutingFacts } from '../routing/policy';

import { worker } from './activities';
import type { ConversationRun } from './conversation-run';
import { measureDecision } from './metrics';

/** Asks the routing policy what becomes of the customer, once, and records the decision. */
export async function decide(conversation: ConversationRun, transferId: string): Promise<void> {
  const leg = conversation.leg(transferId);
  if (leg.state.end === null || leg.earlierDecision !== null) return;
  const facts = routingFacts(leg.request, leg.state.end);
  const choice = await chosen(facts, leg.routed);
  const decision = decisionFrom(facts, choice, conversation.settings);
  const { outcome, reason, fallback } = decision;
  if (fallback) log.warn('The customer falls back', { transferId, outcome, reason });
  conversation.apply({ type: 'decided', transferId, decision, mayRedial: choice?.redial === true });
  measureDecision(leg, decision);
}

/** The policy was asked together with the result, unless the leg ended otherwise in the meantime. */
async function chosen(facts: RoutingFacts, routed: Routed | null): Promise<RoutingChoice | null> {
  if (routed?.outcome === facts.outcome && routed.reason === facts.reason) return routed.choice;
  return await worker.callTransferChooseRoute(facts).catch(() => null);
}

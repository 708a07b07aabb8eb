import { log } from '@temporalio/workflow';

import type { Routed } from '../contract/leg-result';
import { decisionFrom, routingFacts } from '../conversation/routing-facts';
import type { RoutingFacts } from '../routing/policy';

import { worker } from './activities';
import type { ConversationRun } from './conversation-run';
import { measureDecision } from './metrics';

/** Asks the routing policy what becomes of the customer, once, and records the decision. */
export async function decide(conversation: ConversationRun, transferId: string): Promise<void> {
  const leg = conversation.leg(transferId);
  if (leg.state.end === null || leg.earlierDecision !== null) return;
  const facts = routingFacts(leg.request, leg.state.end);
  const { choice, searchAttributes } = await routed(facts, leg.routed);
  const decision = decisionFrom(facts, choice, conversation.settings);
  const { outcome, reason, fallback } = decision;
  if (fallback) log.warn('The customer falls back', { transferId, outcome, reason });
  const mayRedial = choice?.redial === true;
  conversation.apply({ type: 'decided', transferId, decision, mayRedial, searchAttributes });
  measureDecision(leg, decision);
}

/** The policy was asked together with the result, unless the leg ended otherwise in the meantime. */
async function routed(facts: RoutingFacts, withResult: Routed | null): Promise<Routed> {
  if (withResult?.outcome === facts.outcome && withResult.reason === facts.reason) return withResult;
  const nothing = { ...facts, choice: null, searchAttributes: false };
  return await worker.callTransferChooseRoute(facts).catch(() => nothing);
}

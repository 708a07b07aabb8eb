import { log } from '@temporalio/workflow';

import { isFallback } from '../contract/routing-decision';
import type { RoutingChoice, RoutingFacts } from '../routing/policy';

import { ownActivities } from './activity-calls';
import type { Conversation, Entry } from './conversation';

/** Asks the routing policy once what becomes of the customer, and records the decision. */
export async function decide(conversation: Conversation, entry: Entry): Promise<void> {
  const { leg, number } = entry;
  const { end } = leg.state;
  if (end === null || entry.decision !== null) return;
  const facts: RoutingFacts = {
    conversationId: conversation.id,
    transferId: leg.transferId,
    outcome: end.outcome,
    reason: end.reason,
    currentTaskName: end.context?.currentTaskName ?? null,
    referenceVariables: end.context?.referenceVariables ?? {},
    transferVariables: end.context?.transferVariables ?? {},
    legNumber: number,
  };
  const choice = await chooseRoute(facts);
  const { legNumber: _, ...known } = facts;
  const route = choice === undefined ? conversation.settings.lastResortRoute : choice.route;
  const fallback = isFallback(end.outcome) || choice === undefined;
  const reason = end.reason ?? (choice === undefined ? 'ROUTING_POLICY_FAILED' : null);
  if (fallback)
    log.warn('The customer falls back', { transferId: leg.transferId, outcome: end.outcome, reason });
  conversation.decide(entry, { ...known, route, fallback, reason }, choice?.redial === true);
}

/** The policy's answer, `undefined` where it fails: a customer must not wait for a mistake in it. */
async function chooseRoute(facts: RoutingFacts): Promise<RoutingChoice | undefined> {
  try {
    return await ownActivities.callTransferChooseRoute(facts);
  } catch (failure) {
    log.error('The routing policy failed', { error: failure });
    return undefined;
  }
}

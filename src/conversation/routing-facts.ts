import { isFallback } from '../contract/outcomes';
import type { ConversationSettings } from '../contract/settings';
import type { LegEnd } from '../leg/leg-state';
import type { RoutingChoice, RoutingFacts } from '../routing/policy';

import type { DecisionCore, LegRequest } from './conversation-state';

/** What the routing policy is asked about an ended leg. */
export function routingFacts(
  { conversationId, transferId, legNumber }: Pick<LegRequest, 'conversationId' | 'transferId' | 'legNumber'>,
  { outcome, reason, context }: LegEnd,
): RoutingFacts {
  return {
    conversationId,
    transferId,
    outcome,
    reason,
    currentTaskName: context?.currentTaskName ?? null,
    referenceVariables: context?.referenceVariables ?? {},
    transferVariables: context?.transferVariables ?? {},
    legNumber,
  };
}

/** What becomes of the customer. `choice` is `null` where the policy failed: the last resort. */
export function decisionFrom(
  { legNumber: _, ...known }: RoutingFacts,
  choice: RoutingChoice | null,
  { lastResortRoute }: Pick<ConversationSettings, 'lastResortRoute'>,
): DecisionCore {
  return {
    ...known,
    route: choice === null ? lastResortRoute : choice.route,
    fallback: isFallback(known.outcome) || choice === null,
    reason: known.reason ?? (choice === null ? 'ROUTING_POLICY_FAILED' : null),
  };
}

import { isFallback } from '../contract/outcomes';
import type { ConversationSettings } from '../contract/settings';
import type { LegEnd } from '../leg/leg-state';
import type { CheckedChoice, EndedLeg } from '../routing/policy';

import type { DecisionCore, LegRequest } from './conversation-state';

/** What of a leg's request a decision on it depends on. */
export type RequestFacts = Pick<
  LegRequest,
  'conversationId' | 'transferId' | 'legNumber' | 'transport' | 'taskName'
>;

/** What the routing policy is told of an ended leg. */
export function endedLeg(
  { conversationId, transferId, legNumber, transport, taskName }: RequestFacts,
  { outcome, reason, context }: LegEnd,
): EndedLeg {
  return {
    conversationId,
    transferId,
    outcome,
    reason,
    currentTaskName: context?.currentTaskName ?? null,
    referenceVariables: context?.referenceVariables ?? {},
    transferVariables: context?.transferVariables ?? {},
    legNumber,
    taskName,
    transport: transport.type,
    country: transport.type === 'SIP' ? null : transport.country,
  };
}

/** What becomes of the customer. `choice` is `null` if the policy failed: the last resort. */
export function decisionFrom(
  { conversationId, transferId, outcome, ...leg }: EndedLeg,
  choice: CheckedChoice | null,
  { lastResortRoute }: Pick<ConversationSettings, 'lastResortRoute'>,
): DecisionCore {
  return {
    conversationId,
    transferId,
    outcome,
    route: choice === null ? lastResortRoute : choice.route,
    currentTaskName: leg.currentTaskName,
    referenceVariables: leg.referenceVariables,
    transferVariables: leg.transferVariables,
    fallback: isFallback(outcome) || choice === null,
    reason: leg.reason ?? (choice === null ? 'ROUTING_POLICY_FAILED' : null),
  };
}

import type { RoutingFacts } from '../routing/policy';

import type { LegEnd, LegState } from './leg-state';

/** What the routing policy is asked about an ended leg. */
export function routingFacts(
  conversationId: string,
  leg: LegState,
  end: LegEnd,
  legNumber: number,
): RoutingFacts {
  return {
    conversationId,
    transferId: leg.transferId,
    outcome: end.outcome,
    reason: end.reason,
    currentTaskName: end.context?.currentTaskName ?? null,
    referenceVariables: end.context?.referenceVariables ?? {},
    transferVariables: end.context?.transferVariables ?? {},
    legNumber,
  };
}

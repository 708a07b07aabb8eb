/** What a run that continues as new hands on: bounded in bytes, whatever the legs were. */
import { jsonBytes, largest } from '../contract/sizes';

import type { ConversationState, LegRecord } from './conversation-state';

/** The conversation with its latest legs: from the oldest on, contexts are left out first, then whole legs. */
export function carried(state: ConversationState): ConversationState {
  let left = largest.carried - jsonBytes({ ...state, legs: [] });
  let fits = true;
  const legs: LegRecord[] = [];
  for (const leg of [...state.legs].reverse()) {
    fits &&= jsonBytes(leg) < left;
    const kept = fits ? leg : withoutContext(leg);
    left -= jsonBytes(kept) + 1;
    if (left < 0) break;
    legs.unshift(kept);
  }
  return { ...state, legs };
}

const nothing = { currentTaskName: null, referenceVariables: {}, transferVariables: {} };

const withoutContext = (leg: LegRecord): LegRecord => ({
  ...leg,
  decision: leg.decision && { ...leg.decision, ...nothing },
  earlierDecision: leg.earlierDecision && { ...leg.earlierDecision, ...nothing },
  contextDropped: true,
});

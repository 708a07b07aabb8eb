/** What a run that continues as new hands on: bounded in bytes, whatever the legs were. */
import { jsonBytes, largest } from '../contract/sizes';

import type { ConversationState, LegRecord } from './conversation-state';

/** The conversation with its latest legs: contexts are left out from the oldest leg on, and whole legs only after them. */
export function carried(state: ConversationState): ConversationState {
  let left = largest.carried - jsonBytes({ ...state, legs: [] });
  const fits = (bytes: number): boolean => {
    left -= bytes;
    return left >= 0;
  };
  const newestFirst = [...state.legs].reverse().map((leg) => {
    const bare = withoutContext(leg);
    const bareBytes = jsonBytes(bare) + 1;
    return { leg, bare, bareBytes, contextBytes: jsonBytes(leg) + 1 - bareBytes };
  });
  const newestContext = newestFirst[0]?.contextBytes ?? 0;
  left -= newestContext;
  const kept = takenWhile(newestFirst, ({ bareBytes }) => fits(bareBytes));
  left = Math.max(0, left) + newestContext;
  const whole = takenWhile(kept, ({ contextBytes }) => fits(contextBytes)).length;
  const legs = kept.map(({ leg, bare }, index) => (index < whole ? leg : bare)).reverse();
  return { ...state, legs };
}

function takenWhile<T>(values: readonly T[], isTaken: (value: T) => boolean): T[] {
  const end = values.findIndex((value) => !isTaken(value));
  return end < 0 ? [...values] : values.slice(0, end);
}

const nothing = { currentTaskName: null, referenceVariables: {}, transferVariables: {} };

const withoutContext = (leg: LegRecord): LegRecord => ({
  ...leg,
  decision: leg.decision && { ...leg.decision, ...nothing },
  earlierDecision: leg.earlierDecision && { ...leg.earlierDecision, ...nothing },
  contextDropped: true,
});

/** What a run that continues as new hands on: bounded in bytes, whatever the legs were. */
import { jsonBytes, largest } from '../contract/sizes';

import type { ConversationState, LegRecord } from './conversation-state';

/** The conversation with its latest legs: contexts are left out from the oldest leg on, and whole legs only after them. */
export function carried(state: ConversationState): ConversationState {
  let left = largest.carried - jsonBytes({ ...state, legs: [] });
  const fits = (bytes: number): boolean => {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
  const [newest, ...older] = state.legs
    .map((leg) => ({ leg, bare: withoutContext(leg), bytes: inList(leg) }))
    .reverse();
  if (newest === undefined) return state;
  // Always there, and whole: `largest` leaves room for it.
  fits(newest.bytes);
  const kept = takenWhile(older, ({ bare }) => fits(inList(bare)));
  const whole = takenWhile(kept, ({ bare, bytes }) => fits(bytes - inList(bare))).length;
  const legs = kept.map(({ leg, bare }, index) => (index < whole ? leg : bare));
  return { ...state, legs: [newest.leg, ...legs].reverse() };
}

/** With the comma that follows it. */
const inList = (leg: LegRecord): number => jsonBytes(leg) + 1;

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

/** Whatever is allowed: what a run hands on to the next is bounded in bytes. */
import fc from 'fast-check';

import { jsonBytes, largest } from '../../src/contract/sizes';
import { viewOf } from '../../src/conversation/answers';
import type { ConversationState } from '../../src/conversation/conversation-state';
import {
  after,
  begunConversation,
  decisionOn,
  hungUp,
  legRequested,
  newest,
  onLeg,
} from '../support/conversations';
import { assigned, at, disconnected, seen } from '../support/legs';

/** Temporal's limit of a payload. */
const PAYLOAD = 2_000_000;

/** How large the parts of a leg are, in parts of what is allowed, and how it ends. */
interface Sizes {
  id: number;
  inputVariables: number;
  context: number;
  route: number;
  end: 'customer' | 'result' | 'busy';
  mayRedial: boolean;
}

const share = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const sizes: fc.Arbitrary<Sizes> = fc.record({
  id: share,
  inputVariables: share,
  context: share,
  route: share,
  end: fc.constantFrom('customer', 'result', 'busy'),
  mayRedial: fc.boolean(),
});

const text = (bytes: number) => 'x'.repeat(Math.max(0, Math.floor(bytes) - 20));

/** A further leg, asked for, ended and decided. */
function withLeg(state: ConversationState, part: Sizes, index: number): ConversationState {
  const transferId = `${index}-${'\u{1f600}'.repeat(Math.floor(190 * part.id))}`;
  const inputContext = { inputVariables: { text: text(part.inputVariables * largest.inputVariables) } };
  const asked = after(state, legRequested(transferId, 40, { inputContext }));
  const outputContext = {
    transferType: 'AGENT',
    currentTaskName: null,
    referenceVariables: {},
    transferVariables: { text: text(part.context * largest.context) },
  };
  const by = part.end === 'customer' ? 'CUSTOMER' : 'UNKNOWN';
  const cause = part.end === 'busy' ? 'BUSY' : 'NORMAL';
  const ended = after(
    asked,
    onLeg(assigned(1), transferId),
    onLeg(disconnected(5, { by, cause }), transferId),
    onLeg(seen(6, 'COMPLETED', { callReceivedAt: at(2), outputContext }), transferId),
  );
  const decided = decisionOn(ended, transferId, { mayRedial: part.mayRedial });
  const route = text(part.route * largest.route);
  return after(ended, { ...decided, decision: { ...decided.decision, route } });
}

const first = () => hungUp(begunConversation());

/** What differs would be long to read. */
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const continued = (state: ConversationState) => after(state, { type: 'continuedAsNew' });

describe('what a run hands on', () => {
  it('is never more than Temporal takes, and has the newest decision whole', () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 8 }), (legs) => {
        const state = legs.reduce(withLeg, first());
        const next = continued(state);
        expect(jsonBytes(next)).toBeLessThanOrEqual(largest.carried);
        expect(jsonBytes(viewOf(next, at(50)))).toBeLessThan(PAYLOAD);
        expect(isSame(newest(next), newest(state))).toBe(true);
        // And so with the next one, however often.
        expect(isSame(continued(next), next)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('loses the oldest contexts first, which the view says, and then whole legs', () => {
    const part: Sizes = { id: 0, inputVariables: 0, context: 1, route: 0, end: 'customer', mayRedial: false };
    const next = continued([part, part, part, part].reduce(withLeg, first()));
    expect(viewOf(next, at(50)).legs.map(({ contextDropped }) => contextDropped)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const ofRoutes = Array.from({ length: 99 }, () => ({ ...part, id: 1, context: 0, route: 1 }));
    expect(continued(ofRoutes.reduce(withLeg, next)).legs.length).toBeLessThan(95);
  });
});

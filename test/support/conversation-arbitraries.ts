/** Any event of a conversation, about any of its legs, for properties of the pure fold. */
import fc from 'fast-check';

import { applyConversationEvent } from '../../src/conversation/apply-conversation-event';
import {
  newConversation,
  newestLeg,
  type ConversationState,
  type ConversationEvent,
} from '../../src/conversation/conversation-state';
import { applyLegEvent } from '../../src/leg/apply-leg-event';
import { newLeg, type LegEvent } from '../../src/leg/leg-state';

import { decisionOn, earlierDecision, INPUT, requestWith } from './conversations';
import { events, inTime } from './leg-arbitraries';
import { assigned, REQUESTED_AT, settings } from './legs';

/** Something that happens next, told of a leg by how many began after it, and at a time after the last. */
interface Move {
  kind: ConversationEvent['type'];
  /** 0 for the newest leg, 1 for the one before; a leg that nobody knows where there are fewer. */
  legsBack: number;
  passedMs: number;
  legEvents: LegEvent[];
  heard: number;
  flag: boolean;
}

const kinds: ConversationEvent['type'][] = [
  'begun',
  'legRequested',
  'redialRequested',
  'reported',
  'reported',
  'legAsked',
  'leg',
  'leg',
  'leg',
  'legTold',
  'decided',
  'decided',
  'decided',
  'decidedEarlier',
  'reconnectionAwaited',
  'continuedAsNew',
  'settingsRead',
  'routed',
];

const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...kinds) },
    { weight: 1, arbitrary: fc.constant('cancelled' as const) },
  ),
  legsBack: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 4 })),
  passedMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.constantFrom(0, 48_000, 60_000)),
  legEvents: fc.array(events, { minLength: 1, maxLength: 4 }),
  heard: fc.integer({ min: 0, max: 3 }),
  flag: fc.boolean(),
});

/** What the requests for a number and the timers of a leg that runs here say of it. */
const fromHere = new Set<LegEvent['type']>([
  'assigned',
  'unavailable',
  'transferSeen',
  'checkFailed',
  'resultUnavailable',
  'callDurationExceeded',
]);

/** The event that a move comes to, if it can. */
function eventOf(
  state: ConversationState,
  played: Move,
  count: number,
  now: number,
): ConversationEvent | undefined {
  const { kind, legsBack, heard, flag, legEvents } = played;
  const leg = state.legs.at(-1 - legsBack);
  const transferId = leg?.request.transferId ?? 'nobody';
  const [first] = legEvents.map((event): LegEvent => ({ ...event, now }));
  switch (kind) {
    case 'begun':
      return {
        type: kind,
        request: flag ? requestWith({ transferId: 'asked' }) : null,
        requestedAt: now,
        newId: `leg-${count}`,
      };
    case 'settingsRead':
      return { type: kind, settings: settings() };
    case 'routed':
      return {
        type: kind,
        transferId,
        routed: flag
          ? { outcome: 'AGENT', reason: null, choice: null, task: 'none', searchAttributes: true }
          : null,
      };
    case 'legRequested': {
      const id = legsBack === 0 ? `leg-${count}` : transferId;
      const request = requestWith(flag ? { inputContext: { taskName: 'secret' } } : {});
      return { type: kind, transferId: id, request, now };
    }
    case 'redialRequested':
      return { type: kind, transferId, newId: `leg-${count}`, answerBy: now + 4000, now };
    case 'reported': {
      const isTelephony = first?.type === 'connected' || first?.type === 'disconnected';
      const event = isTelephony ? first : ({ type: 'connected', at: now, now } as const);
      const what = event.type;
      return { type: kind, what, transferId: flag || heard > 0 ? transferId : null, event, now };
    }
    case 'legAsked':
      return { type: kind, transferId, event: { type: flag ? 'checkRequested' : 'outOfTime', now } };
    case 'leg':
      return first === undefined || !fromHere.has(first.type)
        ? undefined
        : { type: kind, transferId, event: first };
    case 'legTold': {
      const own = inTime([...(flag ? [assigned(1)] : []), ...legEvents]);
      const told = own.reduce(applyLegEvent, newLeg(transferId, leg?.state.requestedAt ?? now));
      return { type: kind, transferId, state: told, heard };
    }
    case 'decided':
      return leg === undefined || leg.state.end === null
        ? undefined
        : decisionOn(state, transferId, { mayRedial: flag });
    case 'decidedEarlier':
      return { type: kind, transferId, decision: earlierDecision(transferId, `earlier ${count}`) };
    case 'reconnectionAwaited':
      return { type: kind, until: now + 600_000 };
    case 'continuedAsNew':
      return { type: kind };
    case 'cancelled':
      return { type: kind, now };
  }
}

/** One event of a conversation: what it was applied to, and what came of it. */
export interface Step {
  before: ConversationState;
  event: ConversationEvent;
  after: ConversationState;
  now: number;
}

/** Any history of a conversation, each state frozen before the next event. */
export const conversations: fc.Arbitrary<Step[]> = fc
  .array(move, { minLength: 20, maxLength: 80, size: 'max' })
  .map((moves) => {
    const steps: Step[] = [];
    let now = REQUESTED_AT;
    let state = deepFrozen(newConversation(INPUT));
    const play = (event: ConversationEvent) => {
      const before = state;
      state = deepFrozen(applyConversationEvent(before, deepFrozen(event)));
      steps.push({ before, event, after: state, now });
    };
    for (const [count, played] of moves.entries()) {
      now += played.passedMs;
      const event = eventOf(state, played, count, now);
      if (event !== undefined) play(event);
      // Or nothing much would happen.
      if (newestLeg(state) === undefined && count > 1) {
        play({ type: 'begun', request: null, requestedAt: now, newId: `leg-${count}` });
        play({ type: 'settingsRead', settings: settings() });
      }
    }
    return steps;
  });

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}

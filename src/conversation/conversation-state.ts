/**
 * A conversation as one plain value: what it was started with, its legs, and what call control asked and reported. A run
 * that continues as new carries it whole.
 */
import type { z } from 'zod';

import type { IgnoredEvent } from '../contract/conversation-view';
import type { Routed } from '../contract/leg-result';
import type { RoutingDecision } from '../contract/routing-decision';
import type { ConversationSettings } from '../contract/settings';
import type { InputContext, transferRequestSchema } from '../contract/transfer-request';
import type { RequestedTransport } from '../contract/transport';
import { newLeg, type LegEvent, type LegEventOf, type LegState } from '../leg/leg-state';

/** What starts a conversation, checked. */
export interface ConversationInput {
  conversationId: string;
  transferId: string | undefined;
  transport: RequestedTransport;
  inputContext: InputContext | undefined;
}

/** A request of call control, checked. */
export type CheckedRequest = z.output<typeof transferRequestSchema>;

/** What a leg is requested with. */
export interface LegRequest {
  conversationId: string;
  transferId: string;
  /** 1 for the conversation's first leg. */
  legNumber: number;
  transport: RequestedTransport;
  inputContext?: InputContext | undefined;
  /** The task that GenerativeAgent enters, or was last in; `null` if nobody named one. */
  taskName: string | null;
  /** Whether a leg before it was let through, so that this one is, too. */
  isAdmitted: boolean;
  /** When call control asked, epoch milliseconds: shown. */
  requestedAt: number;
  /** Epoch milliseconds on the server's clock after which a number comes too late for call control. */
  requestBy: number;
}

/** A decision without what is made when it is read: its list of legs, and what goes along with the customer. */
export type DecisionCore = Omit<RoutingDecision, 'legs' | 'handOver'>;

/** A leg's place in the conversation. */
export interface LegRecord {
  request: LegRequest;
  state: LegState;
  /** What call control reported of it, oldest first: a leg in a workflow of its own is told. */
  reports: LegEvent[];
  /** Set once. */
  decision: DecisionCore | null;
  /** Set if another run of this conversation has decided about the same transfer: that decision stands. */
  earlierDecision: RoutingDecision | null;
  /** What the policy chose, if it was asked together with the result. */
  routed: Routed | null;
  /** The label of its task in metrics, once it is decided. */
  task: string;
  /** Whether the policy allows one fresh number in place of this leg's: only while it is the newest. */
  mayRedial: boolean;
  /** The leg whose number this one's replaces. */
  redialOf: string | null;
  /** Set if its decision has lost its context, so that the conversation fits into what Temporal takes. */
  contextDropped?: boolean;
}

/** A leg that is asked for, before it begins. */
export type WantedLeg = Omit<LegRequest, 'legNumber' | 'taskName' | 'isAdmitted'> & {
  redialOf: string | null;
};

export interface ConversationState {
  input: ConversationInput;
  /** `null` until the first leg's request has brought them. */
  settings: ConversationSettings | null;
  /** Oldest first, at most the latest 100. */
  legs: LegRecord[];
  /** Legs in all, and when this run began. */
  legCount: number;
  legCountBefore: number;
  /** Begins as soon as the newest leg has its decision. */
  wanted: WantedLeg | null;
  /** While a reconnection is awaited: until when, epoch milliseconds. */
  reconnectUntil: number | null;
  cancelled: boolean;
  ignored: { count: number; latest: IgnoredEvent[] };
}

/** What happened. Times in epoch milliseconds on the server's clock. */
export type ConversationEvent =
  /**
   * The first leg begins, as the request says that came together with the start, if one did. `newId` is its id if nobody
   * named one.
   */
  | { type: 'begun'; request: CheckedRequest | null; requestedAt: number; newId: string }
  /** What the worker's owner configured is known: it holds from now on. */
  | { type: 'settingsRead'; settings: ConversationSettings }
  /** The policy was asked together with a leg's result. */
  | { type: 'routed'; transferId: string; routed: Routed | null }
  /** Call control asks for a further leg. */
  | { type: 'legRequested'; request: CheckedRequest; transferId: string; now: number }
  /** Call control waits for an answer about a leg that may have a fresh number. */
  | { type: 'redialRequested'; transferId: string; newId: string; answerBy: number; now: number }
  /** Call control reports; `event` is `null` if its payload was not valid. */
  | {
      type: 'reported';
      what: IgnoredEvent['event'];
      transferId: string | null;
      event: LegEvent | null;
      now: number;
    }
  /** Call control waits, and wants something of a leg. */
  | { type: 'legAsked'; transferId: string; event: LegEventOf<'checkRequested' | 'outOfTime'> }
  /** Something happened to a leg that runs here. */
  | { type: 'leg'; transferId: string; event: LegEvent }
  /** A leg in a workflow of its own tells its state, and how many of the reports it has heard. */
  | { type: 'legTold'; transferId: string; state: LegState; heard: number }
  | {
      type: 'decided';
      transferId: string;
      decision: DecisionCore;
      mayRedial: boolean;
      /** The label of its task in metrics. */
      task: string;
      /** Whether the server has the search attributes, as of now. */
      searchAttributes: boolean;
    }
  | { type: 'decidedEarlier'; transferId: string; decision: RoutingDecision }
  | { type: 'reconnectionAwaited'; until: number }
  | { type: 'continuedAsNew' }
  | { type: 'cancelled'; now: number };

export type ConversationEventOf<Type extends ConversationEvent['type']> = Extract<
  ConversationEvent,
  { type: Type }
>;

export const newConversation = (input: ConversationInput): ConversationState => ({
  input,
  settings: null,
  legs: [],
  legCount: 0,
  legCountBefore: 0,
  wanted: null,
  reconnectUntil: null,
  cancelled: false,
  ignored: { count: 0, latest: [] },
});

export const newRecord = (request: LegRequest, redialOf: string | null): LegRecord => ({
  request,
  state: newLeg(request.transferId, request.requestedAt),
  reports: [],
  decision: null,
  earlierDecision: null,
  routed: null,
  task: 'none',
  mayRedial: false,
  redialOf,
});

/** The newest leg; `undefined` until the first has begun. */
export const newestLeg = ({ legs }: ConversationState): LegRecord | undefined => legs.at(-1);

export const findLeg = ({ legs }: ConversationState, transferId: string): LegRecord | undefined =>
  legs.find(({ request }) => request.transferId === transferId);

/** The leg with the fresh number in place of this leg's. */
export const redialOf = ({ legs }: ConversationState, transferId: string): LegRecord | undefined =>
  legs.find((leg) => leg.redialOf === transferId);

/** Whether nothing has decided about this leg: neither this run nor one before. */
export const isUndecided = ({ decision, earlierDecision }: LegRecord): boolean =>
  decision === null && earlierDecision === null;

/** Whether this leg may be answered with a fresh number: once for each number asked for, until another leg begins. */
export const canRedial = ({ cancelled }: ConversationState, leg: LegRecord): boolean =>
  leg.mayRedial && leg.redialOf === null && !cancelled;

/** Legs that began in this run. */
export const legsInRun = ({ legCount, legCountBefore }: ConversationState): number =>
  legCount - legCountBefore;

/** A hard limit, or the shorter time that call control can wait, in milliseconds. */
export const shorter = (limitMs: number, answerWithinMs: number | undefined): number =>
  Math.min(limitMs, answerWithinMs ?? limitMs);

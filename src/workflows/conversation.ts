/**
 * A conversation: its legs, their decisions, and the answer to every ask of call control.
 *
 * Invariants:
 * 1. At most one leg is in progress; it is the newest.
 * 2. Every ended leg gets one decision, which is never replaced.
 * 3. An event for a leg that is not the newest changes nothing and stays visible.
 */
import type { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';

import type { ConversationView, IgnoredEvent } from '../contract/conversation-view';
import type { ConversationSettings } from '../contract/default-settings';
import type { NextStep } from '../contract/next-step';
import type { RoutingDecision } from '../contract/routing-decision';
import type { callTransferInputSchema, transferRequestSchema } from '../contract/transfer-request';
import { dialableLeg, type LegEnd, type LegEvent, type LegState } from '../leg/leg-state';
import { legSummary, legView } from '../leg/leg-views';

import { Leg, type LegRequest } from './leg';
import { legInProgress, numberNotDialable, transferIdConflict } from './refusals';

export type CheckedInput = z.output<typeof callTransferInputSchema>;
export type CheckedRequest = Partial<z.output<typeof transferRequestSchema>>;

/** A leg's request as call control makes it. */
type LegOrigin = Omit<LegRequest, 'requestBy' | 'legNumber'>;

/** A decision before its list of legs, which is made when it is read. */
export type DecisionCore = Omit<RoutingDecision, 'legs'>;

/** A leg's place in the conversation. */
export interface Entry {
  leg: Leg;
  /** Set once. */
  decision: DecisionCore | null;
  /** Whether the policy allows one fresh number in place of this leg's. */
  mayRedial: boolean;
  /** The leg with the fresh number. */
  redial: Entry | null;
  isRedial: boolean;
  /** Asks of call control that wait for this leg's answer. */
  asks: number;
  /** When the latest of them must be answered, epoch milliseconds. */
  answerBy: number;
}

/** What a conversation that continues as new takes along: plain JSON. */
export interface CarriedConversation {
  settings: ConversationSettings;
  legCount: number;
  entries: {
    request: LegRequest;
    state: LegState;
    decision: DecisionCore | null;
    /** The leg with the fresh number, where there was one. */
    redialId: string | null;
  }[];
  ignored: { count: number; latest: IgnoredEvent[] };
}

const MAX_LEGS_KEPT = 100;
const MAX_IGNORED_KEPT = 20;

export class Conversation {
  private entries: Entry[] = [];
  private legCount = 0;
  private legsBefore = 0;
  private ignored: { count: number; latest: IgnoredEvent[] } = { count: 0, latest: [] };
  private reconnection: Omit<LegRequest, 'legNumber'> | null = null;
  private configured: ConversationSettings | null = null;
  private firstRequest: CheckedRequest | null = null;
  cancelled = false;
  /** The workflow task that gave the latest answer, by the history's length when it began. */
  answeredInTask: number | null = null;
  /** While a reconnection is awaited: until when, epoch milliseconds. */
  reconnectUntil: number | null = null;

  constructor(
    readonly input: CheckedInput,
    /** Called after every change that a person could see. */
    private readonly changed: (conversation: Conversation, event?: LegEvent) => void,
  ) {}

  get id(): string {
    return this.input.conversationId;
  }

  /** Whether the first leg has begun, before which nothing can be answered. */
  get begun(): boolean {
    return this.entries.length > 0;
  }

  get settings(): ConversationSettings {
    if (this.configured === null) throw new Error('The conversation has not begun');
    return this.configured;
  }

  /** The newest leg. */
  get current(): Entry {
    const entry = this.entries.at(-1);
    if (entry === undefined) throw new Error('The conversation has not begun');
    return entry;
  }

  /** Legs that began in this run. */
  get legsInRun(): number {
    return this.legCount - this.legsBefore;
  }

  /** What a request that came together with the start says of the first leg. */
  noteRequest(request: CheckedRequest): void {
    if (!this.begun) this.firstRequest ??= request;
  }

  /** The first leg, as the start and the request that came with it describe it. */
  firstLegRequest(requestedAt: number, newId: () => string): LegOrigin {
    const asked = this.firstRequest;
    return {
      conversationId: this.id,
      transferId: this.input.transferId ?? asked?.transferId ?? newId(),
      country: this.input.country,
      inputContext: this.input.inputContext ?? asked?.inputContext,
      requestedAt,
    };
  }

  /** How long whoever asked for the first leg waits, milliseconds, where it was said. */
  get firstAnswerWithinMs(): number | undefined {
    return this.firstRequest?.answerWithinMs;
  }

  /** Opens the first leg. */
  begin(settings: ConversationSettings, leg: LegOrigin): Entry {
    this.configured = settings;
    return this.open({
      ...leg,
      requestBy: leg.requestedAt + shorter(settings.requestDeadlineMs, this.firstAnswerWithinMs),
    });
  }

  /** Goes on where another run continued as new. */
  resume(carried: CarriedConversation): void {
    this.configured = carried.settings;
    this.legCount = this.legsBefore = carried.legCount;
    this.ignored = carried.ignored;
    this.entries = carried.entries.map(({ request, state, decision }) => ({
      ...newEntry(this.legFrom(request, state)),
      decision,
    }));
    carried.entries.forEach(({ redialId }, index) => {
      const entry = this.entries[index];
      if (entry !== undefined && redialId !== null) entry.redial = this.find(redialId) ?? null;
    });
  }

  carry(): CarriedConversation {
    return {
      settings: this.settings,
      legCount: this.legCount,
      entries: this.entries.map(({ leg, decision, redial }) => ({
        request: leg.request,
        state: leg.state,
        decision,
        redialId: redial?.leg.transferId ?? null,
      })),
      ignored: this.ignored,
    };
  }

  find(transferId: string | undefined): Entry | undefined {
    if (transferId === undefined) return this.entries[0];
    return this.entries.find(({ leg }) => leg.transferId === transferId);
  }

  /** Asks for a reconnection leg, to begin as soon as the newest leg has its decision. */
  requestReconnection(request: CheckedRequest & { transferId: string }, now: number): void {
    if (this.reconnection !== null && this.reconnection.transferId !== request.transferId) {
      throw legInProgress(this.reconnection.transferId);
    }
    const requestedAt = request.at === undefined ? now : Date.parse(request.at);
    this.reconnection ??= {
      conversationId: this.id,
      transferId: request.transferId,
      country: request.country ?? this.input.country,
      inputContext: request.inputContext,
      requestedAt,
      requestBy: requestedAt + shorter(this.settings.requestDeadlineMs, request.answerWithinMs),
    };
  }

  /** Whether another leg is asked for: a reconnection, or a fresh number in place of the newest leg's. */
  get anotherLegAsked(): boolean {
    return this.reconnection !== null || (this.canRedial(this.current) && this.current.asks > 0);
  }

  /** Stays open for another leg until then, epoch milliseconds. */
  awaitReconnection(until: number): void {
    this.reconnectUntil = until;
    this.changed(this);
  }

  /** Opens the leg that is asked for. */
  openAskedLeg(now: number, newId: () => string): Entry | undefined {
    const { current, reconnection } = this;
    if (this.cancelled) return undefined;
    if (reconnection !== null) {
      this.reconnection = null;
      return this.open(reconnection);
    }
    if (!this.canRedial(current) || current.asks === 0) return undefined;
    const redial = this.open({
      ...current.leg.request,
      transferId: newId(),
      requestedAt: now,
      requestBy: Math.min(current.answerBy, now + this.settings.requestDeadlineMs),
    });
    redial.isRedial = true;
    current.redial = redial;
    return redial;
  }

  /** Takes note of an event of the phone system, or of why it is ignored. */
  report(
    event: IgnoredEvent['event'],
    transferId: string | undefined,
    now: number,
    legEvent?: LegEvent,
  ): void {
    const entry = transferId === undefined ? undefined : this.find(transferId);
    const why = () => {
      if (transferId === undefined || legEvent === undefined) return 'the payload is not valid';
      if (entry === undefined) return 'no leg has this transferId';
      if (entry !== this.current) return 'a newer leg has begun';
      if (entry.leg.report(legEvent)) return undefined;
      return entry.leg.ended ? 'the leg has ended' : 'repeated or out of order';
    };
    const reason = why();
    if (reason === undefined) return;
    this.ignored.count++;
    this.ignored.latest.push({
      event,
      transferId: transferId ?? null,
      why: reason,
      at: new Date(now).toISOString(),
    });
    this.ignored.latest = this.ignored.latest.slice(-MAX_IGNORED_KEPT);
  }

  /** Records what becomes of the customer after a leg. */
  decide(leg: Leg, decision: DecisionCore, mayRedial: boolean): void {
    const entry = this.find(leg.transferId);
    if (entry === undefined || entry.decision !== null) return;
    entry.decision = decision;
    entry.mayRedial = mayRedial;
    this.changed(this);
  }

  /** Cancellation of the workflow: an event like any other. */
  cancel(now: number): void {
    this.cancelled = true;
    if (this.begun) this.current.leg.report({ type: 'cancelled', now });
  }

  /**
   * The answer to an ask about a leg, a refusal where it is connected already, or `undefined` while the answer is
   * being found: also while its number is too old to be dialled.
   */
  answer(entry: Entry, now: number): NextStep | ApplicationFailure | undefined {
    if (entry.redial !== null) return this.answer(entry.redial, now);
    const { state } = entry.leg;
    if (state.end !== null) {
      if (state.end.reason === 'TRANSFER_ID_CONFLICT') return transferIdConflict(state.transferId);
      if (entry.decision === null || this.canRedial(entry)) return undefined;
      return { action: 'ROUTE', decision: this.decisionOf(entry, entry.decision) };
    }
    const leg = dialableLeg(state, now);
    if (leg !== undefined) return { action: 'DIAL', leg };
    return state.phase === 'CONNECTED' && !state.connectUnverified ? numberNotDialable(state) : undefined;
  }

  /** The newest decision with its legs. */
  get decision(): RoutingDecision | null {
    const entry = this.entries.findLast(({ decision }) => decision !== null);
    return entry?.decision ? this.decisionOf(entry, entry.decision) : null;
  }

  view(now: number): ConversationView {
    const state = this.entries.at(-1)?.leg.state;
    return {
      conversationId: this.id,
      currentTransferId: state?.transferId ?? this.input.transferId ?? '',
      phase: state?.phase ?? 'REQUESTING',
      nextStep: this.begun ? this.nextStep(now) : null,
      decision: this.decision,
      reconnectUntil: this.reconnectUntil === null ? null : new Date(this.reconnectUntil).toISOString(),
      legs: this.entries.map((entry) => legView(entry.leg.state)),
      ignoredEvents: this.ignored,
    };
  }

  private nextStep(now: number): NextStep | null {
    const { decision, leg } = this.current;
    if (decision !== null) return { action: 'ROUTE', decision: this.decisionOf(this.current, decision) };
    const dialable = dialableLeg(leg.state, now);
    return dialable === undefined ? null : { action: 'DIAL', leg: dialable };
  }

  private canRedial(entry: Entry): boolean {
    return (
      entry.mayRedial &&
      !entry.isRedial &&
      entry.redial === null &&
      entry === this.current &&
      this.reconnection === null &&
      !this.cancelled
    );
  }

  private decisionOf(entry: Entry, decision: DecisionCore): RoutingDecision {
    const until = this.entries.slice(0, this.entries.indexOf(entry) + 1).map(({ leg }) => leg.state);
    const ended = until.filter((leg): leg is LegState & { end: LegEnd } => leg.end !== null);
    return { ...decision, legs: ended.map((leg) => legSummary(leg, leg.end)) };
  }

  private open(request: Omit<LegRequest, 'legNumber'>): Entry {
    const entry = newEntry(this.legFrom({ ...request, legNumber: ++this.legCount }));
    this.entries.push(entry);
    // The first leg stays: a request without a transfer id asks for it.
    if (this.entries.length > MAX_LEGS_KEPT) this.entries.splice(1, 1);
    this.reconnectUntil = null;
    this.changed(this);
    return entry;
  }

  private legFrom(request: LegRequest, state?: LegState): Leg {
    return new Leg(
      request,
      (_leg, event) => {
        this.changed(this, event);
      },
      state,
    );
  }
}

/** A hard limit, or the shorter time that whoever asks can wait, in milliseconds. */
export const shorter = (limitMs: number, answerWithinMs: number | undefined): number =>
  Math.min(limitMs, answerWithinMs ?? limitMs);

const newEntry = (leg: Leg): Entry => ({
  leg,
  decision: null,
  mayRedial: false,
  redial: null,
  isRedial: false,
  asks: 0,
  answerBy: 0,
});

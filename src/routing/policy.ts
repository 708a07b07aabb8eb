import type { Json, JsonInput, Variables } from '../contract/json';
import type { FallbackReason, Outcome } from '../contract/outcomes';
import type { RequestedTransport } from '../contract/transport';

/** One leg that has ended, as a routing policy is told of it. */
export interface EndedLeg {
  conversationId: string;
  transferId: string;
  outcome: Outcome;
  /** Why the outcome is a fallback; `null` if it is none. */
  reason: FallbackReason | null;
  /** The task that GenerativeAgent was in when the leg ended; `null` if ASAPP named none, as after the customer's hangup. */
  currentTaskName: string | null;
  /** The task that GenerativeAgent entered, or was last in before this leg; `null` if nobody named one. */
  taskName: string | null;
  referenceVariables: Variables;
  transferVariables: Variables;
  /** 1 for the conversation's first leg. */
  legNumber: number;
  /** How the call got to GenerativeAgent. */
  transport: RequestedTransport['type'];
  /** Of the number that was requested, ISO 3166-1 alpha-2; `null` over SIP. */
  country: string | null;
}

/** What a routing policy is asked about. */
export interface RoutingFacts extends EndedLeg {
  /** When it is asked, epoch milliseconds. */
  at: number;
}

/** A routing policy's answer. */
export interface RoutingChoice {
  /** Any JSON value: what the user's call control understands. */
  route: JsonInput;
  /**
   * Answer call control with one fresh number before falling back to `route`. Only for `DIAL_FAILED` and
   * `NUMBER_EXPIRED`, only if call control waits for an answer, and only once for each number asked for.
   * Default: false.
   */
  redial?: boolean;
}

/** A policy's answer, checked. */
export interface CheckedChoice extends RoutingChoice {
  route: Json;
}

/**
 * The user's own rule: what becomes of the customer after a leg. Evaluated once for each leg, in an
 * activity; its answer is recorded, so a changed policy never disturbs a call in flight.
 *
 * If it throws, answers no JSON or takes longer than a second, the decision is a fallback with reason
 * `ROUTING_POLICY_FAILED`.
 */
export type RoutingPolicy = (facts: RoutingFacts) => RoutingChoice | Promise<RoutingChoice>;

/** Outcomes after which a fresh number can help: the customer is still there and spoke to nobody. */
export const redialableOutcomes: readonly Outcome[] = ['DIAL_FAILED', 'NUMBER_EXPIRED'];

import type { CreateTransfer } from '../asapp/port';
import type { Routed } from '../contract/leg-result';
import type { ConversationSettings } from '../contract/settings';
import type { TransferSnapshot } from '../contract/transfer';
import type { Destination } from '../contract/transport';
import type { RequestFacts } from '../conversation/routing-facts';
import type { LegState } from '../leg/leg-state';
import type { EndedLeg } from '../routing/policy';

export interface RequestNumberInput extends CreateTransfer {
  /**
   * Only for the request with which a conversation begins: how long call control has waited already, in milliseconds. The
   * worker's own hard limit counts from then.
   */
  waitedMs?: number;
  /** Whether a leg of the conversation was let through before: this one is, too. */
  isAdmitted: boolean;
}

/** What is to be dialled, and when ASAPP releases it: epoch milliseconds on the clock of Temporal's server. */
export interface AssignedNumber {
  destination: Destination;
  expiresAt: number;
  /** What the worker's owner configured, for a conversation that begins. */
  settings: ConversationSettings;
}

export interface FetchContextInput {
  request: RequestFacts;
  /** The leg as it stands. */
  leg: LegState;
  /** True to wait until ASAPP's books show the end of the call; false to answer whatever they show. */
  untilEnded: boolean;
}

/** ASAPP's answer and, if it ends the leg, the routing policy's answer to that. */
export interface FetchedContext {
  transfer: TransferSnapshot;
  routed: Routed | null;
}

/**
 * Requests to ASAPP. Each brings what its workflow needs next, the settings or the route: to ask for them in a step of
 * their own costs a live call some milliseconds (`decisions/0020`). Each fails with an `ApplicationFailure` of one of `failureTypes`; it is retryable if ASAPP asks to
 * try again, with ASAPP's own delay.
 */
export interface AsappActivities {
  /**
   * Requests a number. Repeated with the same transfer id it answers the same number.
   *
   * Fails with `TransferIdConflict` if the id belongs to another conversation or its number is used up; its details
   * hold the decision that this conversation made about the transfer in another run, if it made one.
   */
  callTransferRequestNumber(input: RequestNumberInput): Promise<AssignedNumber>;
  /** Reads a transfer. Fails with `ResultPending` if its end was waited for and did not come before the hard limit. */
  callTransferFetchContext(input: FetchContextInput): Promise<FetchedContext>;
}

/** What the worker knows by itself, if no request brings it. No I/O. */
export interface WorkerActivities {
  /** The settings that a conversation records when it begins. */
  callTransferReadSettings(): Promise<ConversationSettings>;
  /** Asks the routing policy. */
  callTransferChooseRoute(leg: EndedLeg): Promise<Routed>;
}

/**
 * The activities of this package, as the workflows call them. Their names begin with `callTransfer`, so that they can
 * stand beside any other activities in one worker.
 */
export type CallTransferActivities = AsappActivities & WorkerActivities;

import type { ConversationSettings } from '../contract/default-settings';
import type { FailureType } from '../contract/failures';
import type { StillWaiting } from '../contract/still-waiting';
import type { AssignedNumber, TransferSnapshot } from '../contract/transfer';
import type { InputContext } from '../contract/transfer-request';
import type { LegState } from '../leg/leg-state';
import type { RoutingChoice, RoutingFacts } from '../routing/policy';

export interface RequestNumberInput {
  conversationId: string;
  transferId: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  inputContext?: InputContext | undefined;
  /** A pause before the first attempt of a regular activity, in milliseconds. Default: none. */
  pauseMs?: number;
}

export interface BeginConversationInput extends RequestNumberInput {
  /** When call control asked, epoch milliseconds. */
  requestedAt: number;
  /** Milliseconds, where call control waits less long than the hard limit. */
  answerWithinMs?: number | undefined;
}

/** A request that failed, as a value: the conversation goes on with it. */
export interface FailedRequest {
  type: FailureType;
  /** Milliseconds until another attempt may help; `null` where none can. */
  retryDelayMs: number | null;
}

/** The settings that hold for the conversation, and what the first attempt at its first number came to. */
export interface ConversationBeginning {
  settings: ConversationSettings;
  /** `null` where the attempt failed. */
  number: AssignedNumber | StillWaiting | null;
  failure: FailedRequest | null;
  /** When that was, by the worker's clock, epoch milliseconds. */
  answeredAt?: number;
  /** Where no other attempt can help: the route after that. */
  routed?: RoutedLeg;
}

export interface FetchTransferInput {
  conversationId: string;
  /** The leg as it stands. */
  leg: LegState;
  /** 1 for the conversation's first leg. */
  legNumber: number;
  /** Whether to ask the routing policy at once where the answer ends the leg. */
  route: boolean;
  /**
   * True to look again and again until ASAPP's books show the end of the call; fails with `ResultPending` where the
   * time is over before. False to answer whatever they show.
   */
  untilEnded: boolean;
  /** A pause before the first attempt of a regular activity, in milliseconds. Default: none. */
  pauseMs?: number;
}

/** ASAPP's answer and, where it ends the leg, the routing policy's answer to that. */
export interface FetchedTransfer {
  transfer: TransferSnapshot;
  routed: RoutedLeg | null;
}

/** What the policy was asked, and what it answered; `null` where it failed. */
export interface RoutedLeg {
  facts: RoutingFacts;
  choice: RoutingChoice | null;
}

/**
 * The activities of this package, as the workflows call them. Their names begin with `callTransfer`, so that
 * they can stand beside any other activities in one worker.
 *
 * Each answers a whole round trip of call control: a local activity costs a live call some milliseconds, and
 * two cost twice as many.
 */
export interface CallTransferActivities {
  /** Reads the worker's settings and asks ASAPP for the first number. Fails only where the worker does. */
  callTransferBeginConversation(input: BeginConversationInput): Promise<ConversationBeginning>;
  /**
   * Asks ASAPP for a number. Repeated with the same transfer id it answers the same number.
   *
   * Fails with `TransferIdConflict` where the id belongs to another conversation or its number is used up.
   */
  callTransferRequestNumber(input: RequestNumberInput): Promise<AssignedNumber | StillWaiting>;
  /** Reads a transfer from ASAPP. */
  callTransferFetchTransfer(input: FetchTransferInput): Promise<FetchedTransfer | StillWaiting>;
  /** Does nothing: a regular activity ends the workflow task that schedules it. */
  callTransferEndTask(): Promise<void>;
  /** Asks the routing policy. Answers `choice: null` where it fails. */
  callTransferChooseRoute(facts: RoutingFacts): Promise<RoutedLeg>;
}

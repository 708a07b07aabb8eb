import type { ConversationSettings } from '../contract/settings';
import type { AssignedNumber, TransferSnapshot } from '../contract/transfer';
import type { InputContext } from '../contract/transfer-request';
import type { RoutingChoice, RoutingFacts } from '../routing/policy';

/** Which transfer an activity is about. */
export interface TransferRef {
  conversationId: string;
  transferId: string;
}

export interface RequestNumberInput extends TransferRef {
  /** ISO 3166-1 alpha-2. */
  country: string;
  inputContext?: InputContext | undefined;
  dialMarginMs: number;
}

export interface FetchTransferInput extends TransferRef {
  /**
   * True to fail with `ResultPending`, which Temporal retries, until ASAPP's books show the end of the call.
   * False to answer whatever they show.
   */
  untilEnded: boolean;
}

/**
 * The activities of this package, as the workflows call them. Their names begin with `callTransfer`, so that
 * they can stand beside any other activities in one worker.
 */
export interface CallTransferActivities {
  /** The worker's settings, recorded once for each conversation. */
  callTransferLoadSettings(): Promise<ConversationSettings>;
  /**
   * Asks ASAPP for a number. Repeated with the same transfer id it answers the same number.
   *
   * Fails with `TransferIdConflict` where the id belongs to another conversation or its number is used up.
   */
  callTransferRequestNumber(input: RequestNumberInput): Promise<AssignedNumber>;
  /** Reads a transfer from ASAPP. */
  callTransferFetchTransfer(input: FetchTransferInput): Promise<TransferSnapshot>;
  /** Asks the routing policy. */
  callTransferChooseRoute(facts: RoutingFacts): Promise<RoutingChoice>;
}

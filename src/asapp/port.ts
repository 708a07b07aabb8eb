import type { InputContext } from '../contract/transfer-request';

import type { CallTransferResource } from './resource';

/** What a POST of ASAPP's call transfers asks for. */
export interface CreateTransfer {
  /** The caller's id of this attempt. */
  transferId: string;
  conversationId: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  inputContext?: InputContext | undefined;
}

/** A transfer that was asked for, and whether its id was known before: an earlier attempt, or another transfer. */
export interface CreatedTransfer {
  transfer: CallTransferResource;
  existed: boolean;
}

/** What bounds an operation. */
export interface RequestLimits {
  /** Called before every request but the operation's first; where it rejects, the operation does, unsent. */
  beforeAnother?: () => Promise<void>;
  /** Ends the request: its promise rejects with `AsappError` of kind `unreachable`. */
  signal?: AbortSignal;
}

/**
 * ASAPP's call transfers, as the activities need them. Every method rejects with `AsappError` and nothing
 * else.
 */
export interface CallTransfers {
  /**
   * Creates a call transfer. An id that exists already (409: an earlier attempt got through) is read with
   * GET and answered as found: whether its number may still be dialled is for the caller to judge.
   */
  create(transfer: CreateTransfer, limits?: RequestLimits): Promise<CreatedTransfer>;
  /** Reads a call transfer. */
  get(transferId: string, limits?: RequestLimits): Promise<CallTransferResource>;
}

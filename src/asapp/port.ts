import type { InputContext } from '../contract/transfer-request';
import type { Destination, RequestedTransport } from '../contract/transport';

import type { CallTransferResource } from './resource';

/** What a POST of ASAPP's call transfers asks for. */
export interface CreateTransfer {
  /** The caller's id of this attempt. */
  transferId: string;
  conversationId: string;
  transport: RequestedTransport;
  inputContext?: InputContext | undefined;
}

/** What ASAPP assigned. Its expiry is a lifetime: two times of ASAPP's clock, which is never compared with another. */
export interface Assigned {
  destination: Destination;
  /** From its creation to its expiry, milliseconds; `undefined` if it is not known when it was created. */
  lifetimeMs: number | undefined;
  /** What was left of it when ASAPP answered, milliseconds. */
  leftMs: number;
}

/** A transfer that was asked for. */
export interface CreatedTransfer {
  transfer: CallTransferResource;
  /** Whether its id was known before: by an earlier attempt, or by another transfer. */
  existed: boolean;
  /** What is to be dialled; `undefined` unless the transfer is `ACTIVE`. */
  assigned: Assigned | undefined;
}

/** What bounds an operation. */
export interface RequestLimits {
  /** Called before every request but the operation's first; if it rejects, the operation does, unsent. */
  beforeAnother?: () => Promise<void>;
  /** Ends the operation: its promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * ASAPP's call transfers, as the activities need them. Every method rejects with `AsappError`, or with the reason of the
 * signal that ended it.
 */
export interface CallTransfers {
  /** Whether it knows ASAPP's SIP address, so that a transfer may be of `SIP`. Default: false. */
  readonly hasSip?: boolean;
  /**
   * Creates a call transfer. An id that exists already (409: an earlier attempt got through) is read with
   * GET and answered as found: whether its number may still be dialled is for the caller to judge.
   */
  create(transfer: CreateTransfer, limits?: RequestLimits): Promise<CreatedTransfer>;
  /** Reads a call transfer. */
  get(transferId: string, limits?: RequestLimits): Promise<CallTransferResource>;
}

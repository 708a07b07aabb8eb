/**
 * What stands behind ASAPP's API, without HTTP: transfers, conversations and a pool of numbers.
 *
 * Invariants:
 * 1. A number is released once connected or expired, and may then be given to any other transfer.
 * 2. A call reaches whoever the number is assigned to at that moment, as in life: a stranger, if dialled late. A call over
 *    SIP reaches the transfer that it names.
 * 3. Time passes by the clock alone: an expiry is noticed when somebody looks.
 */
import { z } from 'zod';

import { variablesSchema } from '../contract/json';
import type { RequestedTransport } from '../contract/transport';

import { NumberPool } from './number-pool';

/** By which a call over SIP names its transfer, lower case. */
const SIP_HEADER = 'x-asapp-calltransferid';

export type SandboxStatus = 'ACTIVE' | 'ONGOING' | 'COMPLETED' | 'EXPIRED';

export const contextSchema = z.strictObject({
  transferType: z.string(),
  currentTaskName: z.string().exactOptional(),
  referenceVariables: variablesSchema.exactOptional(),
  transferVariables: variablesSchema.exactOptional(),
});

/** What GenerativeAgent hands back. `transferType`: `AGENT`, `SYSTEM`, or a word that nobody knows. */
export type SandboxContext = z.infer<typeof contextSchema>;

export interface SandboxTransfer {
  id: string;
  externalConversationId: string;
  type: RequestedTransport['type'];
  /** Of the number; empty for `SIP`. */
  country: string;
  /** What GenerativeAgent works with: what the POST gave or, if it gave nothing, what the leg before had. */
  inputContext: unknown;
  /** The conversation's leg before this one, which it resumes; `null` for the first. */
  resumedFrom: string | null;
  /** Empty for `SIP`. */
  transferNumber: string;
  createdAt: number;
  expiresAt: number;
  callReceivedAt: number | null;
  completedAt: number | null;
  outputContext: SandboxContext | null;
  /** How the books show the call after its end, and until when: they may lag behind. */
  lag: { status: SandboxStatus; until: number; reads: number } | null;
}

export interface ExchangeOptions {
  /** How long a number is assigned, in milliseconds. Default: 60,000. */
  numberTtlMs?: number;
  /** How many numbers each country has. Default: 1,000. All countries together have 80,000 at most. */
  poolSize?: number;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

export const lagSchema = z.strictObject({
  status: z.enum(['ACTIVE', 'ONGOING']).exactOptional(),
  ms: z.number().min(0).exactOptional(),
  reads: z.int().min(0).exactOptional(),
});

/**
 * How long ASAPP's books lag behind a call's end: until `ms` milliseconds have passed and `reads` GETs, too. Default: 0.
 * `status`: what they show meanwhile. Default: `ONGOING`.
 */
export type Lag = z.infer<typeof lagSchema>;

/** A telephony action that is not possible. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export class Exchange {
  /** By transfer id, oldest first. */
  readonly transfers = new Map<string, SandboxTransfer>();
  private readonly conversations = new Map<string, SandboxTransfer[]>();
  private readonly numberTtlMs: number;
  private readonly pool: NumberPool;
  /** The clock of this ASAPP, epoch milliseconds. */
  readonly now: () => number;

  constructor({ numberTtlMs = 60_000, poolSize = 1000, now = Date.now }: ExchangeOptions = {}) {
    this.numberTtlMs = numberTtlMs;
    this.pool = new NumberPool(poolSize);
    this.now = now;
  }

  /**
   * Makes a new transfer, and assigns it a number unless it is of `SIP`.
   *
   * @returns `undefined` if no number of the country is free
   * @throws SandboxError if the id is known already
   */
  create(
    id: string,
    externalConversationId: string,
    transport: RequestedTransport,
    inputContext: unknown,
  ): SandboxTransfer | undefined {
    if (this.transfers.has(id)) throw new SandboxError(`id: there is a transfer ${id} already`);
    const now = this.now();
    const expiresAt = now + this.numberTtlMs;
    const country = transport.type === 'SIP' ? '' : transport.country;
    const transferNumber =
      transport.type === 'SIP' ? '' : this.pool.take({ country, transferId: id, expiresAt }, now);
    if (transferNumber === undefined) return undefined;
    const earlier = this.conversations.get(externalConversationId) ?? [];
    const before = earlier.at(-1);
    const transfer: SandboxTransfer = {
      id,
      externalConversationId,
      type: transport.type,
      country,
      inputContext: inputContext ?? before?.inputContext,
      resumedFrom: before?.id ?? null,
      transferNumber,
      createdAt: now,
      expiresAt,
      callReceivedAt: null,
      completedAt: null,
      outputContext: null,
      lag: null,
    };
    this.transfers.set(id, transfer);
    this.conversations.set(externalConversationId, [...earlier, transfer]);
    return transfer;
  }

  status({ completedAt, callReceivedAt, expiresAt }: SandboxTransfer): SandboxStatus {
    if (completedAt !== null) return 'COMPLETED';
    if (callReceivedAt !== null) return 'ONGOING';
    return this.now() < expiresAt ? 'ACTIVE' : 'EXPIRED';
  }

  /** The status as the books show it to whoever reads them now. */
  read(transfer: SandboxTransfer): SandboxStatus {
    const { lag } = transfer;
    if (lag === null || (this.now() >= lag.until && lag.reads <= 0)) return this.status(transfer);
    lag.reads--;
    return lag.status;
  }

  /** The transfers of a conversation, oldest first. */
  conversation(externalConversationId: string): readonly SandboxTransfer[] {
    return this.conversations.get(externalConversationId) ?? [];
  }

  /**
   * A call arrives at a number, which is released by that.
   *
   * @returns the transfer that it reaches, whoever dialled
   * @throws SandboxError if the number is assigned to nobody
   */
  callArrives(transferNumber: string): SandboxTransfer {
    const now = this.now();
    const reached = this.transfers.get(this.pool.holder(transferNumber, now) ?? '');
    if (reached === undefined) {
      throw new SandboxError('transferNumber: no such number, it is not assigned to any transfer');
    }
    reached.callReceivedAt = now;
    this.pool.release(transferNumber);
    return reached;
  }

  /**
   * A call arrives at the SIP address.
   *
   * @param headers - of its INVITE, names in any case
   * @returns the transfer that `X-ASAPP-CallTransferId` names
   * @throws SandboxError without that header, or if no such transfer waits for its call
   */
  sipCallArrives(headers: Readonly<Record<string, string>>): SandboxTransfer {
    const named = Object.entries(headers).find(([name]) => name.toLowerCase() === SIP_HEADER);
    if (named === undefined) throw new SandboxError('headers: X-ASAPP-CallTransferId is missing');
    const reached = this.transfers.get(named[1]);
    if (reached?.type !== 'SIP' || this.status(reached) !== 'ACTIVE') {
      throw new SandboxError('headers: X-ASAPP-CallTransferId names no SIP transfer that waits for its call');
    }
    reached.callReceivedAt = this.now();
    return reached;
  }

  /**
   * GenerativeAgent ends the call.
   *
   * @throws SandboxError if no call is up
   */
  aiEnds(id: string, outputContext: SandboxContext, lag?: Lag): SandboxTransfer {
    return this.end(id, outputContext, lag);
  }

  /**
   * The caller hangs up.
   *
   * @throws SandboxError if no call is up
   */
  callerHangsUp(id: string, lag?: Lag): SandboxTransfer {
    return this.end(id, null, lag);
  }

  private end(id: string, outputContext: SandboxContext | null, lag: Lag | undefined): SandboxTransfer {
    const transfer = this.transfers.get(id);
    if (transfer === undefined || this.status(transfer) !== 'ONGOING') {
      throw new SandboxError(`transferId: no call is up for ${id}`);
    }
    const now = this.now();
    transfer.completedAt = now;
    transfer.outputContext = outputContext;
    if (lag !== undefined) {
      transfer.lag = { status: lag.status ?? 'ONGOING', until: now + (lag.ms ?? 0), reads: lag.reads ?? 0 };
    }
    return transfer;
  }
}

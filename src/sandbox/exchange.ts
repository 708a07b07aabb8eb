/**
 * What stands behind ASAPP's API, without HTTP: transfers, conversations and a pool of numbers.
 *
 * Invariants:
 * 1. A number is assigned to at most one transfer at a time; it is free again once connected or expired.
 * 2. A call reaches whoever the number is assigned to at that moment, as in life: a stranger, if dialled late.
 * 3. Time passes by the clock alone: an expiry is noticed when somebody looks.
 */
import type { Variables } from '../contract/json';

export type SandboxStatus = 'ACTIVE' | 'ONGOING' | 'COMPLETED' | 'EXPIRED';

export interface SandboxContext {
  /** `AGENT`, `SYSTEM`, or a word that nobody knows. */
  transferType: string;
  currentTaskName?: string;
  referenceVariables?: Variables;
  transferVariables?: Variables;
}

export interface SandboxTransfer {
  id: string;
  externalConversationId: string;
  country: string;
  inputContext: unknown;
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
  /** How many numbers there are for each country. Default: 1,000. */
  poolSize?: number;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

/** How long ASAPP's books lag behind a call's end: for a time, for a number of looks, or both. */
export interface Lag {
  status?: 'ACTIVE' | 'ONGOING';
  ms?: number;
  reads?: number;
}

/** A telephony action that is not possible. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export class Exchange {
  readonly transfers = new Map<string, SandboxTransfer>();
  private readonly numberTtlMs: number;
  private readonly poolSize: number;
  private readonly now: () => number;
  private readonly freed: string[] = [];
  private issued = 0;

  constructor({ numberTtlMs = 60_000, poolSize = 1000, now = Date.now }: ExchangeOptions = {}) {
    this.numberTtlMs = numberTtlMs;
    this.poolSize = poolSize;
    this.now = now;
  }

  /** Answers `undefined` where no number is free. The id must be new. */
  create(
    id: string,
    externalConversationId: string,
    country: string,
    inputContext: unknown,
  ): SandboxTransfer | undefined {
    const transferNumber = this.takeNumber();
    if (transferNumber === undefined) return undefined;
    const now = this.now();
    const transfer: SandboxTransfer = {
      id,
      externalConversationId,
      country,
      // A conversation resumes where it left off.
      inputContext: inputContext ?? this.conversation(externalConversationId).at(-1)?.inputContext,
      transferNumber,
      createdAt: now,
      expiresAt: now + this.numberTtlMs,
      callReceivedAt: null,
      completedAt: null,
      outputContext: null,
      lag: null,
    };
    this.transfers.set(id, transfer);
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
  conversation(externalConversationId: string): SandboxTransfer[] {
    return [...this.transfers.values()].filter(
      (transfer) => transfer.externalConversationId === externalConversationId,
    );
  }

  /**
   * A call arrives at a number.
   *
   * @returns the transfer that it reaches
   * @throws SandboxError where the number is assigned to nobody
   */
  callArrives(transferNumber: string): SandboxTransfer {
    const reached = [...this.transfers.values()].find(
      (transfer) => transfer.transferNumber === transferNumber && this.status(transfer) === 'ACTIVE',
    );
    if (reached === undefined) throw new SandboxError('transferNumber: is not assigned to any transfer');
    reached.callReceivedAt = this.now();
    return reached;
  }

  /**
   * GenerativeAgent ends the call.
   *
   * @throws SandboxError where no call is up
   */
  aiEnds(id: string, outputContext: SandboxContext, lag?: Lag): SandboxTransfer {
    const transfer = this.ongoing(id);
    transfer.outputContext = outputContext;
    return this.complete(transfer, lag);
  }

  /**
   * The caller hangs up.
   *
   * @throws SandboxError where no call is up
   */
  callerHangsUp(id: string, lag?: Lag): SandboxTransfer {
    return this.complete(this.ongoing(id), lag);
  }

  private ongoing(id: string): SandboxTransfer {
    const transfer = this.transfers.get(id);
    if (transfer === undefined || this.status(transfer) !== 'ONGOING') {
      throw new SandboxError(`transferId: no call is up for ${id}`);
    }
    return transfer;
  }

  private complete(transfer: SandboxTransfer, lag: Lag | undefined): SandboxTransfer {
    const now = this.now();
    transfer.completedAt = now;
    if (lag !== undefined) {
      transfer.lag = { status: lag.status ?? 'ONGOING', until: now + (lag.ms ?? 0), reads: lag.reads ?? 0 };
    }
    return transfer;
  }

  private takeNumber(): string | undefined {
    const taken = new Set<string>();
    for (const transfer of this.transfers.values()) {
      if (this.status(transfer) === 'ACTIVE') taken.add(transfer.transferNumber);
      else if (!this.freed.includes(transfer.transferNumber)) this.freed.push(transfer.transferNumber);
    }
    // A freed number is used again at once: whoever dials it late must meet a stranger in tests, too.
    const again = this.freed.findIndex((number) => !taken.has(number));
    if (again >= 0) return this.freed.splice(again, 1)[0];
    return this.issued < this.poolSize ? `+1555${String(1_000_000 + this.issued++)}` : undefined;
  }
}

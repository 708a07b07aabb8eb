/** The two requests of ASAPP's API. */
export type SandboxMethod = 'POST' | 'GET';

/** Something that goes wrong on purpose. */
export type FaultEffect =
  /** The request is carried out and answered later, by so many milliseconds, whether or not its sender still waits. */
  | { kind: 'latency'; ms: number }
  /** An error instead of an answer; nothing is carried out. */
  | { kind: 'status'; status: number; retryAfterSeconds?: number }
  /** The connection is cut before anything is carried out. */
  | { kind: 'cutBefore' }
  /** The request is carried out, and the connection is cut instead of an answer. */
  | { kind: 'cutAfter' }
  /** The request is carried out, and no answer ever comes. */
  | { kind: 'hangAfter' }
  /** The request is carried out, and this is the answer's body, whatever it is. */
  | { kind: 'body'; body: string }
  /** The request is carried out, and these fields of the answer are other than they should be; `null` leaves one out. */
  | { kind: 'fields'; fields: Record<string, unknown> }
  /** The request is carried out, and the transfer is told in another dialect of ASAPP's own documents. */
  | ({ kind: 'dialect' } & Dialect);

/** Ways of telling a transfer that a client must understand, too. */
export interface Dialect {
  /** `completed` for `COMPLETED`. */
  lowerCaseStatus?: boolean;
  /** `phoneNumber.expiresAt` for `phoneNumber.expireAt`. */
  expiresAt?: boolean;
  /** Fields that nobody knows, at every level. */
  unknownFields?: boolean;
  /** `outputContext.transferVariables` and `.referenceVariables` carry a boolean each, too. */
  booleanVariables?: boolean;
}

export interface Fault {
  /** Which requests it strikes. Default: both. */
  method?: SandboxMethod;
  /** How many requests it strikes, or all of them until `heal`. Default: 1. */
  times?: number | 'untilHealed';
  effect: FaultEffect;
}

interface WaitingFault {
  method: SandboxMethod | undefined;
  times: number;
  effect: FaultEffect;
}

/** Faults waiting to strike, in the order in which they were asked for. */
export class Faults {
  private waiting: WaitingFault[] = [];

  add({ method, times = 1, effect }: Fault): void {
    this.waiting.push({ method, times: times === 'untilHealed' ? Infinity : times, effect });
  }

  clear(): void {
    this.waiting = [];
  }

  /** All faults that strike this request: every latency, and the first of the others. */
  strike(method: SandboxMethod): FaultEffect[] {
    const struck: FaultEffect[] = [];
    for (const fault of this.waiting) {
      const isOther = fault.method !== undefined && fault.method !== method;
      const isTaken = fault.effect.kind !== 'latency' && struck.some(({ kind }) => kind !== 'latency');
      if (isOther || isTaken) continue;
      fault.times--;
      struck.push(fault.effect);
    }
    this.waiting = this.waiting.filter(({ times }) => times > 0);
    return struck;
  }
}

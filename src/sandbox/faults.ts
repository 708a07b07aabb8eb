/** The two requests of ASAPP's API. */
export type SandboxMethod = 'POST' | 'GET';

/** Something that goes wrong on purpose. */
export type FaultEffect =
  /** The answer comes later, by so many milliseconds. */
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
  | { kind: 'fields'; fields: Record<string, unknown> };

export interface Fault {
  /** Which requests it strikes. Default: both. */
  method?: SandboxMethod;
  /** How many requests it strikes. Default: 1. */
  times?: number;
  effect: FaultEffect;
}

/** Faults waiting to strike, in the order in which they were asked for. */
export class Faults {
  private waiting: Required<Pick<Fault, 'times' | 'effect'>>[] & Fault[] = [];

  add({ method, times = 1, effect }: Fault): void {
    this.waiting.push({ ...(method === undefined ? {} : { method }), times, effect });
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
      if (isOther || isTaken || fault.times <= 0) continue;
      fault.times--;
      struck.push(fault.effect);
    }
    this.waiting = this.waiting.filter(({ times }) => times > 0);
    return struck;
  }
}

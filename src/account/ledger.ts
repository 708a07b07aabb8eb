/**
 * What an account at ASAPP has open and has used: a pure ledger, whose times come from its caller.
 *
 * It grants in advance, so its ceilings hold whatever becomes of the one who asked.
 */

/** Ceilings of an account; `null` where there is none. */
export interface Ceilings {
  /** Calls at the same time: transfers from the request for their number until their leg has ended. */
  concurrentCalls: number | null;
  /** Requests in any second. */
  requestsPerSecond: number | null;
  /** Requests in a day, from midnight to midnight UTC. */
  requestsPerDay: number | null;
}

/** A call that wants to begin, or to repeat its request. */
export interface CallAsk {
  transferId: string;
  /** The workflow that has the call's leg: while it runs, the call may be open. */
  workflowId: string;
}

/** What a worker asks for all its calls at once. */
export interface AccountAsk {
  ceilings: Ceilings;
  /** Transfers whose leg has ended. */
  ended: string[];
  /** Each needs a place for its call, unless it has one, and one request. */
  calls: CallAsk[];
  /** Other requests, which calls that are open need. */
  requests: number;
  /** Within this time the worker sends what it is granted, or never, milliseconds. */
  sendWithinMs: number;
}

/** What becomes of a call's ask: `later` where only this second is full. */
export type Verdict = 'granted' | 'later' | 'tooManyCalls' | 'quotaUsedUp';

/** The answer to an `AccountAsk`. */
export interface AccountAnswer {
  /** For each call, in the order of the ask. */
  calls: Verdict[];
  /** How many of the other requests are granted. */
  requests: number;
  /** Whether the rest of them are for another second, or for another day. */
  more: 'later' | 'quotaUsedUp';
  /** Until the next is free, milliseconds; 0 where nothing has to wait. */
  waitMs: number;
}

/** An open call. */
interface OpenCall {
  workflowId: string;
  /** Epoch milliseconds. */
  since: number;
}

/** Requests that count against a second until this time, epoch milliseconds. */
interface Grant {
  until: number;
  requests: number;
}

export interface Ledger {
  calls: Record<string, OpenCall>;
  grants: Grant[];
  /** As `2025-06-19`. */
  day: string;
  requestsToday: number;
}

export const emptyLedger = (): Ledger => ({ calls: {}, grants: [], day: '', requestsToday: 0 });

const SECOND_MS = 1000;

/**
 * Answers an ask and books what it grants.
 *
 * A granted request is sent at some moment of `sendWithinMs`; it counts for as long as it could share a second with
 * another. Calls that are open go before new ones: a result that cannot be fetched costs more than a number that is
 * not given. For the same reason the last requests of a day are kept for the results of the open calls.
 */
export function answerAsk(ledger: Ledger, ask: AccountAsk, now: number): AccountAnswer {
  for (const transferId of ask.ended) Reflect.deleteProperty(ledger.calls, transferId);
  const book = new Book(ledger, ask, now);
  const requests = book.others(ask.requests);
  const more = book.leftToday === 0 ? 'quotaUsedUp' : 'later';
  const calls = ask.calls.map((call) => book.call(call));
  const waits = calls.includes('later') || (requests < ask.requests && more === 'later');
  return { calls, requests, more, waitMs: waits ? book.waitMs() : 0 };
}

/** One ask, while it is answered. */
class Book {
  private open: number;

  constructor(
    private readonly ledger: Ledger,
    private readonly ask: AccountAsk,
    private readonly now: number,
  ) {
    const day = new Date(now).toISOString().slice(0, 10);
    if (ledger.day !== day) Object.assign(ledger, { day, requestsToday: 0 });
    ledger.grants = ledger.grants.filter(({ until }) => until > now);
    this.open = Object.keys(ledger.calls).length;
  }

  get leftToday(): number {
    const { requestsPerDay } = this.ask.ceilings;
    return requestsPerDay === null ? Infinity : Math.max(0, requestsPerDay - this.ledger.requestsToday);
  }

  private get leftThisSecond(): number {
    const { requestsPerSecond } = this.ask.ceilings;
    if (requestsPerSecond === null) return Infinity;
    const granted = this.ledger.grants.reduce((sum, { requests }) => sum + requests, 0);
    return Math.max(0, requestsPerSecond - granted);
  }

  others(wanted: number): number {
    const granted = Math.min(wanted, this.leftToday, this.leftThisSecond);
    this.grant(granted);
    return granted;
  }

  call({ transferId, workflowId }: CallAsk): Verdict {
    const isOpen = transferId in this.ledger.calls;
    const { concurrentCalls } = this.ask.ceilings;
    if (!isOpen && concurrentCalls !== null && this.open >= concurrentCalls) return 'tooManyCalls';
    // One for the number; and one for each open call's result, this one's included.
    if (this.leftToday < 1 + this.open + (isOpen ? 0 : 1)) return 'quotaUsedUp';
    if (this.leftThisSecond < 1) return 'later';
    this.grant(1);
    if (!isOpen) {
      this.ledger.calls[transferId] = { workflowId, since: this.now };
      this.open++;
    }
    return 'granted';
  }

  waitMs(): number {
    const first = this.ledger.grants[0]?.until ?? this.now;
    return Math.max(1, first - this.now);
  }

  private grant(requests: number): void {
    if (requests === 0) return;
    this.ledger.requestsToday += requests;
    if (this.ask.ceilings.requestsPerSecond === null) return;
    const until = this.now + this.ask.sendWithinMs + SECOND_MS;
    const { grants } = this.ledger;
    // By time, so that the first is the next to be free.
    const index = grants.findLastIndex((grant) => grant.until <= until) + 1;
    grants.splice(index, 0, { until, requests });
  }
}

/** Calls that have been open for at least so long: where their worker died, nobody may have said that they ended. */
export const openSince = (ledger: Ledger, before: number): CallAsk[] =>
  Object.entries(ledger.calls)
    .filter(([, { since }]) => since <= before)
    .map(([transferId, { workflowId }]) => ({ transferId, workflowId }));

/** Whether the ledger says no more than an empty one. */
export const isEmpty = (ledger: Ledger, now: number): boolean =>
  Object.keys(ledger.calls).length === 0 &&
  ledger.day !== new Date(now).toISOString().slice(0, 10) &&
  ledger.grants.every(({ until }) => until <= now);

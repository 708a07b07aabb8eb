/**
 * What an account at ASAPP has open and has used: a pure ledger, whose times come from its caller.
 *
 * It grants in advance, so its ceilings hold whatever becomes of the one who asked.
 */

/** Ceilings of an account; `null` if there is none. */
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

/** What becomes of a call's request: `later` if only this second is full. */
export type Verdict = 'granted' | 'later' | 'tooManyCalls' | 'quotaUsedUp';

/** The answer to an `AccountAsk`. */
export interface AccountAnswer {
  /** For each call, in the order of the request. */
  calls: Verdict[];
  /** How many of the other requests are granted. */
  requests: number;
  /** Whether the rest of them are for another second, or for another day. */
  more: 'later' | 'quotaUsedUp';
  /** Until the next is free, milliseconds; 0 if nothing has to wait. */
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

/** A ledger, whose calls are found by any id: `constructor` and `__proto__` are ids like others. */
export const ledgerOf = (carried?: Ledger): Ledger => ({
  ...(carried ?? { grants: [], day: '', requestsToday: 0 }),
  calls: Object.assign(Object.create(null), carried?.calls) as Ledger['calls'],
});

const SECOND_MS = 1000;

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

const left = (ceiling: number | null, used: number): number =>
  ceiling === null ? Infinity : Math.max(0, ceiling - used);

/**
 * Answers a request and books what it grants.
 *
 * A granted request is sent at some moment of `sendWithinMs`; it counts for as long as it could share a second with
 * another. Calls that are open go before new ones: a result that cannot be fetched costs more than a number that is
 * not given. For the same reason the last requests of a day are kept for the results of the open calls.
 */
export function answerAsk(ledger: Ledger, ask: AccountAsk, now: number): AccountAnswer {
  for (const transferId of ask.ended) Reflect.deleteProperty(ledger.calls, transferId);
  if (ledger.day !== dayOf(now)) Object.assign(ledger, { day: dayOf(now), requestsToday: 0 });
  ledger.grants = ledger.grants.filter(({ until }) => until > now);
  const { concurrentCalls, requestsPerSecond, requestsPerDay } = ask.ceilings;
  const counted = ledger.grants.reduce((sum, { requests }) => sum + requests, 0);
  let open = Object.keys(ledger.calls).length;
  let granted = 0;
  const leftToday = () => left(requestsPerDay, ledger.requestsToday + granted);
  const leftThisSecond = () => left(requestsPerSecond, counted + granted);

  const begin = ({ transferId, workflowId }: CallAsk): Verdict => {
    const isOpen = transferId in ledger.calls;
    if (!isOpen && left(concurrentCalls, open) === 0) return 'tooManyCalls';
    // One for the number; and one for each open call's result, this one's included.
    if (leftToday() < 1 + open + (isOpen ? 0 : 1)) return 'quotaUsedUp';
    if (leftThisSecond() < 1) return 'later';
    granted++;
    if (!isOpen) {
      ledger.calls[transferId] = { workflowId, since: now };
      open++;
    }
    return 'granted';
  };

  const requests = Math.min(ask.requests, leftToday(), leftThisSecond());
  granted += requests;
  const more = leftToday() === 0 ? 'quotaUsedUp' : 'later';
  const calls = ask.calls.map(begin);

  ledger.requestsToday += granted;
  if (granted > 0 && requestsPerSecond !== null) {
    ledger.grants.push({ until: now + ask.sendWithinMs + SECOND_MS, requests: granted });
  }
  const waits = calls.includes('later') || (requests < ask.requests && more === 'later');
  const nextIsFree = Math.min(...ledger.grants.map((grant) => grant.until));
  return { calls, requests, more, waitMs: waits ? Math.max(1, nextIsFree - now) : 0 };
}

/** Calls that have been open for at least that long: if their worker died, nobody may have said that they ended. */
export const openSince = (ledger: Ledger, before: number): CallAsk[] =>
  Object.entries(ledger.calls)
    .filter(([, { since }]) => since <= before)
    .map(([transferId, { workflowId }]) => ({ transferId, workflowId }));

/** Whether the ledger says no more than an empty one. */
export const isEmpty = (ledger: Ledger, now: number): boolean =>
  Object.keys(ledger.calls).length === 0 &&
  ledger.day !== dayOf(now) &&
  ledger.grants.every(({ until }) => until <= now);

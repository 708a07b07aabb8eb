/**
 * What every peer is to do, without any engine in it: the words of a call, its limits, and what a leg's end means.
 * The messages have the shape of this package's own, so that one reader understands all contestants.
 */

/** One attempt to hand a conversation over. */
export interface Leg {
  conversationId: string;
  transferId: string;
}

/** A hangup, as the phone system tells it. */
export interface Report {
  by: 'GENERATIVE_AGENT' | 'CUSTOMER' | 'UNKNOWN';
}

/** What ASAPP knows of a leg, as far as a decision needs it. */
export interface Transfer {
  status: string;
  transferNumber: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** `AGENT` or `SYSTEM`; `null` where there is no context to hand over. */
  transferType: string | null;
}

export type Outcome =
  'AGENT' | 'SYSTEM' | 'CUSTOMER_HUNG_UP' | 'NUMBER_EXPIRED' | 'TRANSFER_UNAVAILABLE' | 'CONTEXT_UNAVAILABLE';

export interface Decision extends Leg {
  outcome: Outcome;
  route: { type: string; queue?: string };
}

/** The answer to the phone system. */
export type NextStep =
  | { action: 'DIAL'; leg: Leg & { transferNumber: string; expiresAt: number } }
  | { action: 'ROUTE'; decision: Decision };

/** From the request to the number, milliseconds; then the fallback route. */
export const REQUEST_DEADLINE_MS = 5_000;
/** From the report of a hangup to the decision, milliseconds; then the fallback route. */
export const DISCONNECT_DEADLINE_MS = 4_000;
/** Pause before the first repetition of a request, milliseconds; each next one is twice as long. */
export const FIRST_PAUSE_MS = 250;
/** Attempts at the POST, the first one included. */
export const POST_ATTEMPTS = 4;
/** Looks at a result that is not there yet, the first one included. */
export const GET_ATTEMPTS = 5;
/** How long a conversation that the customer left waits for a new leg, milliseconds. */
export const RECONNECT_WINDOW_MS = 600_000;
/** After that a call is asked about, though nobody told of its end, milliseconds. */
export const MAX_CALL_MS = 3_600_000;

const routes: Partial<Record<Outcome, Decision['route']>> = {
  SYSTEM: { type: 'CONTINUE' },
  CUSTOMER_HUNG_UP: { type: 'HANG_UP' },
};

export const decide = ({ conversationId, transferId }: Leg, outcome: Outcome): Decision => ({
  conversationId,
  transferId,
  outcome,
  route: routes[outcome] ?? { type: 'QUEUE', queue: 'agents' },
});

export const dial = (
  { conversationId, transferId }: Leg,
  { transferNumber, expiresAt }: Transfer,
): NextStep => ({ action: 'DIAL', leg: { conversationId, transferId, transferNumber, expiresAt } });

export const route = (decision: Decision): NextStep => ({ action: 'ROUTE', decision });

/** Whether the books still lag behind a hangup. */
export const isUnsettled = ({ status }: Transfer): boolean => status === 'ONGOING' || status === 'ACTIVE';

/** Whether a leg of which nobody told is up all the same: GenerativeAgent has, or had, the call. */
export const isUp = ({ status }: Transfer): boolean => status === 'ONGOING' || status === 'COMPLETED';

/** How a leg ended that was hung up; without a transfer, where ASAPP could not be asked in time. */
export function outcomeOf(transfer: Transfer | undefined, { by }: Report): Outcome {
  if (transfer === undefined || isUnsettled(transfer)) return 'CONTEXT_UNAVAILABLE';
  if (transfer.status === 'EXPIRED') return 'NUMBER_EXPIRED';
  if (by === 'CUSTOMER') return 'CUSTOMER_HUNG_UP';
  const { transferType } = transfer;
  if (transferType === 'AGENT' || transferType === 'SYSTEM') return transferType;
  return transferType === null && by === 'UNKNOWN' ? 'CUSTOMER_HUNG_UP' : 'CONTEXT_UNAVAILABLE';
}

import type { Json } from './fields';
import type { Outcome } from './routing-decision';

/**
 * What the worker's owner configured, recorded in each conversation's history when it starts, so that a
 * changed setting never disturbs a call in flight. All times in milliseconds.
 */
export interface ConversationSettings {
  /** Hard limit from the request to a number, then the fallback route. Default 5,000. */
  requestDeadlineMs: number;
  /** Hard limit from a disconnect to the decision, then the fallback route. Default 4,000. */
  disconnectDeadlineMs: number;
  /** How long before its expiry a number may last be dialled. Default 12,000: 95 % of international calls are set up within 11 s (ITU-T E.721). */
  dialMarginMs: number;
  /** After this a call whose hangup was never reported is given up. Default 3,600,000. */
  maxCallDurationMs: number;
  /** How often ASAPP is asked whether a connected call still goes on. Default 600,000. */
  statusCheckIntervalMs: number;
  /** How long a conversation stays open after a decision with this outcome, for a reconnection. */
  reconnectWindowMs: Record<Outcome, number>;
  /** The route where the routing policy itself fails. */
  lastResortRoute: Json;
  /** Legs after which a conversation continues as new, to keep its history short. Default 100. */
  maxLegsPerRun: number;
  /** Whether the server has this package's search attributes. */
  searchAttributes: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const defaultSettings: ConversationSettings = {
  requestDeadlineMs: 5 * SECOND,
  disconnectDeadlineMs: 4 * SECOND,
  dialMarginMs: 12 * SECOND,
  maxCallDurationMs: 60 * MINUTE,
  statusCheckIntervalMs: 10 * MINUTE,
  reconnectWindowMs: {
    AGENT: 0,
    SYSTEM: 0,
    CUSTOMER_HUNG_UP: 10 * MINUTE,
    // Long enough to hear of a call that was answered just after the expiry.
    NUMBER_EXPIRED: 15 * SECOND,
    DIAL_FAILED: 0,
    TRANSFER_UNAVAILABLE: 0,
    CONTEXT_UNAVAILABLE: 0,
    CANCELLED: 0,
  },
  lastResortRoute: { type: 'QUEUE', queue: 'agents' },
  maxLegsPerRun: 100,
  searchAttributes: false,
};

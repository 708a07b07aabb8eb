import type { Json } from './json';
import type { Outcome } from './outcomes';

/** Settings as a conversation records them; what each means says `conversationSettingsSchema`. */
export interface ConversationSettings {
  requestDeadlineMs: number;
  disconnectDeadlineMs: number;
  dialMarginMs: number;
  maxCallDurationMs: number;
  statusCheckIntervalMs: number;
  reconnectWindowMs: Record<Outcome, number>;
  lastResortRoute: Json;
  maxLegsPerRun: number;
  /** Whether the server has this package's search attributes: found out when the worker starts. */
  searchAttributes: boolean;
  /** Which revision of the workflows the conversation began with. Absent: the first. */
  workflowRevision?: number;
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

import { z } from 'zod';

import { jsonSchema } from './fields';
import { outcomes, type Outcome } from './routing-decision';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Milliseconds, up to a day. */
const duration = z.int().max(24 * 60 * MINUTE);

const defaultWindowsMs: Partial<Record<Outcome, number>> = {
  CUSTOMER_HUNG_UP: 10 * MINUTE,
  // Long enough to hear of a call that was answered just after the expiry.
  NUMBER_EXPIRED: 15 * SECOND,
};

/**
 * What the worker's owner configured, recorded in each conversation's history when it starts, so that a
 * changed setting never disturbs a call in flight. All times in milliseconds.
 */
export const conversationSettingsSchema = z.strictObject({
  /** Hard limit from the request to a number, then the fallback route. Call-control platforms give a webhook 5–15 s in all. */
  requestDeadlineMs: duration.min(1 * SECOND).default(5 * SECOND),
  /** Hard limit from a disconnect to the decision, then the fallback route. */
  disconnectDeadlineMs: duration.min(1 * SECOND).default(4 * SECOND),
  /** How long before its expiry a number may last be dialled: 95 % of international calls are set up within 11 s (ITU-T E.721). */
  dialMarginMs: duration.min(0).default(12 * SECOND),
  /** After this a call whose hangup was never reported is given up. */
  maxCallDurationMs: duration.min(1 * SECOND).default(60 * MINUTE),
  /** How often ASAPP is asked whether a connected call still goes on. Each time costs one request of the daily quota. */
  statusCheckIntervalMs: duration.min(1 * SECOND).default(10 * MINUTE),
  /** How long a conversation stays open after a decision, by outcome, for a reconnection. Default: 600,000 after `CUSTOMER_HUNG_UP`, 15,000 after `NUMBER_EXPIRED`, 0 after every other. */
  reconnectWindowMs: z
    .strictObject(
      Object.fromEntries(
        outcomes.map((outcome) => [outcome, duration.min(0).default(defaultWindowsMs[outcome] ?? 0)]),
      ) as Record<Outcome, z.ZodDefault<typeof duration>>,
    )
    .prefault({}),
  /** The route where the routing policy itself fails: any JSON value. */
  lastResortRoute: jsonSchema.default({ type: 'QUEUE', queue: 'agents' }),
  /** Legs after which a conversation continues as new, to keep its history short. */
  maxLegsPerRun: z.int().min(1).max(1000).default(100),
});
/** Settings as a worker's owner gives them: whatever is left out has its default. */
export type ConversationSettingsInput = z.input<typeof conversationSettingsSchema>;

/** Settings as a conversation records them. */
export interface ConversationSettings extends z.output<typeof conversationSettingsSchema> {
  /** Whether the server has this package's search attributes: found out when the worker starts. */
  searchAttributes: boolean;
}

export const defaultSettings: ConversationSettings = {
  ...conversationSettingsSchema.parse({}),
  searchAttributes: false,
};

import { z } from 'zod';

import { defaultSettings } from './default-settings';
import { jsonSchema } from './json';
import { outcomes, type Outcome } from './outcomes';

/** Milliseconds, up to a day. */
const duration = z.int().max(24 * 60 * 60 * 1000);
const atLeastASecond = duration.min(1000);

/**
 * What the worker's owner configured, recorded in each conversation's history when it starts, so that a
 * changed setting never disturbs a call in flight. All times in milliseconds.
 */
export const conversationSettingsSchema = z.strictObject({
  /** Hard limit from the request to a number, then the fallback route. Call-control platforms give a webhook 5–15 s in all. */
  requestDeadlineMs: atLeastASecond.default(defaultSettings.requestDeadlineMs),
  /** Hard limit from a disconnect to the decision, then the fallback route. */
  disconnectDeadlineMs: atLeastASecond.default(defaultSettings.disconnectDeadlineMs),
  /** How long before its expiry a number may last be dialled: 95 % of international calls are set up within 11 s (ITU-T E.721). */
  dialMarginMs: duration.min(0).default(defaultSettings.dialMarginMs),
  /** After this a call whose hangup was never reported is given up. */
  maxCallDurationMs: atLeastASecond.default(defaultSettings.maxCallDurationMs),
  /** How often ASAPP is asked whether a connected call still goes on. Each time costs one request of the daily quota. */
  statusCheckIntervalMs: atLeastASecond.default(defaultSettings.statusCheckIntervalMs),
  /** How long a conversation stays open after a decision, by outcome, for a reconnection. Default: 600,000 after `CUSTOMER_HUNG_UP`, 15,000 after `NUMBER_EXPIRED`, 0 after every other. */
  reconnectWindowMs: z
    .strictObject(
      Object.fromEntries(
        outcomes.map((outcome) => [
          outcome,
          duration.min(0).default(defaultSettings.reconnectWindowMs[outcome]),
        ]),
      ) as Record<Outcome, z.ZodDefault<typeof duration>>,
    )
    .prefault({}),
  /** The route where the routing policy itself fails: any JSON value. */
  lastResortRoute: jsonSchema.default(defaultSettings.lastResortRoute),
  /** Legs after which a conversation continues as new, to keep its history short. */
  maxLegsPerRun: z.int().min(1).max(1000).default(defaultSettings.maxLegsPerRun),
});
/** Settings as a worker's owner gives them: whatever is left out has its default. */
export type ConversationSettingsInput = z.input<typeof conversationSettingsSchema>;

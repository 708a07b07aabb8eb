import { z } from 'zod';

import { outcomes, type Outcome } from './outcomes';
import { routeSchema } from './route';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** No caller waits longer than this for a number, whatever is configured. */
export const LONGEST_REQUEST_DEADLINE_MS = MINUTE;

/** Milliseconds, up to a day. */
const duration = z.int().max(24 * 60 * MINUTE);
const atLeastASecond = duration.min(SECOND);

/** How long a conversation stays open after a decision. Every other outcome: 0. */
const windows: Partial<Record<Outcome, number>> = {
  CUSTOMER_HUNG_UP: 10 * MINUTE,
  // Long enough to hear of a call that was answered just after the expiry.
  NUMBER_EXPIRED: 15 * SECOND,
};

/**
 * What the worker's owner configured: the only definition of these settings, their defaults and their variables. A
 * conversation records them when it begins, so that a changed setting never disturbs a call in flight. All times in
 * milliseconds. `meta.variable` is the environment variable of our own worker; what is no number is JSON there.
 */
export const conversationSettingsSchema = z.strictObject({
  /** Hard limit from the request to a number, then the fallback route. Call-control platforms give a webhook 5–15 s in all. */
  requestDeadlineMs: atLeastASecond
    .max(LONGEST_REQUEST_DEADLINE_MS)
    .default(5 * SECOND)
    .meta({ variable: 'CALL_TRANSFER_REQUEST_DEADLINE_MS' }),
  /** Hard limit from a disconnect to the decision, then the fallback route. */
  disconnectDeadlineMs: atLeastASecond
    .default(4 * SECOND)
    .meta({ variable: 'CALL_TRANSFER_DISCONNECT_DEADLINE_MS' }),
  /** How long before its expiry a number may last be dialled: 95 % of international calls are set up within 11 s (ITU-T E.721). */
  dialMarginMs: duration
    .min(0)
    .default(12 * SECOND)
    .meta({ variable: 'CALL_TRANSFER_DIAL_MARGIN_MS' }),
  /** After this a call whose hangup was never reported is given up. */
  maxCallDurationMs: atLeastASecond
    .default(60 * MINUTE)
    .meta({ variable: 'CALL_TRANSFER_MAX_CALL_DURATION_MS' }),
  /** How often ASAPP is asked whether a connected call still goes on. Each time costs one request of the daily quota. */
  statusCheckIntervalMs: atLeastASecond
    .default(10 * MINUTE)
    .meta({ variable: 'CALL_TRANSFER_STATUS_CHECK_INTERVAL_MS' }),
  /** How long a conversation stays open after a decision, by outcome, for a reconnection. Default: 600,000 after `CUSTOMER_HUNG_UP`, 15,000 after `NUMBER_EXPIRED`, 0 after every other. */
  reconnectWindowMs: z
    .strictObject(
      Object.fromEntries(
        outcomes.map((outcome) => [outcome, duration.min(0).default(windows[outcome] ?? 0)]),
      ) as Record<Outcome, z.ZodDefault<typeof duration>>,
    )
    .prefault({})
    .meta({ variable: 'CALL_TRANSFER_RECONNECT_WINDOWS_MS' }),
  /** The route if the routing policy itself fails: any JSON value. */
  lastResortRoute: routeSchema
    .default({ type: 'QUEUE', queue: 'agents' })
    .meta({ variable: 'CALL_TRANSFER_LAST_RESORT_ROUTE' }),
  /** Legs after which a conversation continues as new in its next quiet moment: a worker that takes over replays no more. */
  maxLegsPerRun: z.int().min(1).max(1000).default(15).meta({ variable: 'CALL_TRANSFER_MAX_LEGS_PER_RUN' }),
});
/** Settings as a worker's owner gives them: whatever is left out has its default. */
export type ConversationSettingsInput = z.input<typeof conversationSettingsSchema>;

/** Settings as a conversation records them. */
export interface ConversationSettings extends z.output<typeof conversationSettingsSchema> {
  /** Whether the server has this package's search attributes, with their types: found out while the worker runs. */
  searchAttributes: boolean;
  /** Whether the worker knows ASAPP's SIP address. */
  sip: boolean;
  /** The names of the variables that may be told of a conversation that is over; `null` if nobody is told. */
  endedEvents: string[] | null;
}

export const defaultSettings: ConversationSettings = {
  ...conversationSettingsSchema.parse({}),
  searchAttributes: false,
  sip: false,
  endedEvents: null,
};

import { z } from 'zod';

import { conversationIdSchema, countrySchema, transferIdSchema } from '../contract/fields';

import { checked } from './checked';
import type { LegRequested } from './leg-events';

/** What the address of a phone system's webhook may say of a call, besides `var.{name}`. */
export const callQuerySchema = z.object({
  conversationId: conversationIdSchema.optional(),
  transferId: transferIdSchema.optional(),
  country: countrySchema.optional(),
  taskName: z.string().min(1, 'must not be empty').optional(),
});

/** Begins the name of a query parameter that is an input variable: `var.accountNumber=3434`. */
const VARIABLE = 'var.';

/** What a phone system knows of a call by itself. */
export interface CallDefaults {
  conversationId: string;
  transferId: string;
  country: string;
}

/**
 * The request for a leg, as the address of a phone system's webhook says it: `conversationId`, `transferId`,
 * `country`, `taskName` and input variables as `var.{name}`. Whatever is not there is the call's own. A flow that
 * connects its customer once more sends the same `conversationId` again.
 *
 * @throws WebhookError naming the parameter that does not fit
 */
export function requestInQuery(query: URLSearchParams, call: CallDefaults): LegRequested {
  const { taskName, ...ids } = checked(callQuerySchema, Object.fromEntries(query), 'query');
  const inputVariables = Object.fromEntries(
    [...query]
      .filter(([name]) => name.startsWith(VARIABLE))
      .map(([name, value]) => [name.slice(VARIABLE.length), value]),
  );
  const hasVariables = Object.keys(inputVariables).length > 0;
  return {
    type: 'leg.requested',
    data: {
      conversationId: ids.conversationId ?? call.conversationId,
      transferId: ids.transferId ?? call.transferId,
      country: ids.country ?? call.country,
      ...(taskName === undefined && !hasVariables
        ? {}
        : { inputContext: { taskName, ...(hasVariables ? { inputVariables } : {}) } }),
    },
  };
}

/** The ids in the address of a callback that the gateway itself named to the phone system. */
export const legQuerySchema = z.object({
  conversationId: conversationIdSchema,
  transferId: transferIdSchema,
});

export type LegIds = z.output<typeof legQuerySchema>;

/** @throws WebhookError naming the parameter that is missing or does not fit */
export const legInQuery = (query: URLSearchParams): LegIds =>
  checked(legQuerySchema, Object.fromEntries(query), 'query');

import { createHash } from 'node:crypto';

import { z } from 'zod';

import { conversationIdSchema, countrySchema, transferIdSchema } from '../contract/fields';
import { describeIssues } from '../contract/parse';
import { transportTypeSchema } from '../contract/transport';

import type { LegRequested } from './leg-events';
import { WebhookError, type DefaultTransport } from './phone-system';
import { dialledSchema } from './routes';

/**
 * A part of a webhook's request, checked.
 *
 * @param what - what the message calls the part as a whole, such as `body`
 * @throws WebhookError naming each field that is missing or does not fit
 */
export function checked<T extends z.ZodType>(schema: T, part: unknown, what: string): z.output<T> {
  const result = schema.safeParse(part);
  if (!result.success) throw new WebhookError(describeIssues(result.error, what));
  return result.data;
}

/** @throws WebhookError if the bytes are no JSON */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WebhookError('body: is not JSON');
  }
}

/** Tells one visit of a call from the next, by what only one webhook has. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Any word: one that a phone system adds later must not cost a caller the call. */
export const wordSchema = z.string().min(1, 'must not be empty');

/** What the address of a phone system's webhook may say of a call, besides `var.{name}`. */
export const callQuerySchema = z.object({
  conversationId: conversationIdSchema.optional(),
  transferId: transferIdSchema.optional(),
  type: transportTypeSchema.optional(),
  country: countrySchema.optional(),
  taskName: wordSchema.optional(),
});

/** Begins the name of a query parameter that is an input variable: `var.accountNumber=3434`. */
const VARIABLE = 'var.';

/** What a phone system knows of a call by itself. */
export interface CallDefaults {
  conversationId: string;
  transferId: string;
  transport: DefaultTransport;
}

/** A request for a leg, and what its address says that cannot be read. */
export interface RequestInQuery {
  event: LegRequested & { data: LegIds };
  ignored: string[];
}

/**
 * The request for a leg, as the address of a phone system's webhook says it: `conversationId`, `transferId`,
 * `type`, `country`, `taskName` and input variables as `var.{name}`. Whatever is not there, is empty or cannot be read is the call's
 * own: a caller waits. A flow that connects its customer once more sends the same `conversationId` again.
 */
export function requestInQuery(query: URLSearchParams, call: CallDefaults): RequestInQuery {
  const { said, ignored } = readableIn(query);
  const { taskName } = said;
  const ids = {
    conversationId: said.conversationId ?? call.conversationId,
    transferId: said.transferId ?? call.transferId,
  };
  const { type, country } = { ...call.transport, ...said };
  const variables = [...query]
    .filter(([name]) => name.startsWith(VARIABLE))
    .map(([name, value]) => [name.slice(VARIABLE.length), value] as const);
  const inputContext = {
    ...(taskName === undefined ? {} : { taskName }),
    ...(variables.length === 0 ? {} : { inputVariables: Object.fromEntries(variables) }),
  };
  const hasContext = Object.keys(inputContext).length > 0;
  const data = {
    ...ids,
    ...(type === 'SIP' ? { type } : { country }),
    ...(hasContext ? { inputContext } : {}),
  };
  return { event: { type: 'leg.requested', data }, ignored };
}

/** Each parameter by itself: one that cannot be read takes none of the others with it. */
function readableIn(query: URLSearchParams): { said: z.output<typeof callQuerySchema>; ignored: string[] } {
  const given = setIn(query);
  const { error } = callQuerySchema.safeParse(given);
  const unreadable = new Set(error?.issues.map(({ path }) => String(path[0])));
  const readable = Object.entries(given).filter(([name]) => !unreadable.has(name));
  return {
    said: callQuerySchema.parse(Object.fromEntries(readable)),
    ignored: error === undefined ? [] : [describeIssues(error, 'query')],
  };
}

/** The parameters that say something: an address that is made from a template has empty ones. */
const setIn = (query: URLSearchParams) => Object.fromEntries([...query].filter(([, value]) => value !== ''));

/** The ids in the address of a callback that the gateway itself named to the phone system. */
export const legQuerySchema = z.object({
  conversationId: conversationIdSchema,
  transferId: transferIdSchema,
});
export type LegIds = z.output<typeof legQuerySchema>;

/** @throws WebhookError naming the parameter that is missing or does not fit */
export const legInQuery = (query: URLSearchParams): LegIds =>
  checked(legQuerySchema, Object.fromEntries(query), 'query');

/** The address of the callback that hears how the leg of a `DIAL` route ended. */
export const routedQuerySchema = legQuerySchema.extend({ dialled: dialledSchema });

/** What such a callback says: nobody answered, and the caller waits for another route, or nobody waits. */
export function routedIn(query: URLSearchParams, isUnanswered: boolean) {
  const { dialled, ...ids } = checked(routedQuerySchema, Object.fromEntries(query), 'query');
  if (!isUnanswered) return { ids, awaitsStep: false };
  // The leg is decided long since: it is reported again to have the decision again.
  return {
    ids,
    awaitsStep: true,
    event: { type: 'leg.disconnected', data: ids },
    unanswered: dialled,
  } as const;
}

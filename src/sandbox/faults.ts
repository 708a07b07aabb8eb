import { z } from 'zod';

import { isRecord, type ApiAnswer } from './api';

const methodSchema = z.enum(['POST', 'GET']);

/** The two requests of ASAPP's API. */
export type SandboxMethod = z.infer<typeof methodSchema>;

const dialectSchema = z.strictObject({
  lowerCaseStatus: z.boolean().exactOptional(),
  expiresAt: z.boolean().exactOptional(),
  unknownFields: z.boolean().exactOptional(),
  booleanVariables: z.boolean().exactOptional(),
});

/**
 * Ways of telling a transfer that a client must understand, too.
 *
 * - `lowerCaseStatus`: `completed` for `COMPLETED`.
 * - `expiresAt`: `phoneNumber.expiresAt` for `phoneNumber.expireAt`.
 * - `unknownFields`: fields that nobody knows, at every level.
 * - `booleanVariables`: `outputContext.transferVariables` and `.referenceVariables` carry a boolean each, too.
 */
export type Dialect = z.infer<typeof dialectSchema>;

const effectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfterSeconds: z.int().min(0).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('cutBefore') }),
  z.strictObject({ kind: z.literal('cutAfter') }),
  z.strictObject({ kind: z.literal('hangAfter') }),
  z.strictObject({ kind: z.literal('body'), body: z.string() }),
  z.strictObject({ kind: z.literal('fields'), fields: z.record(z.string(), z.unknown()) }),
  dialectSchema.extend({ kind: z.literal('dialect') }),
]);

/**
 * Something that goes wrong on purpose. By `kind`:
 *
 * - `latency`: the request is carried out and answered later, by so many milliseconds, whether or not its sender
 *   still waits.
 * - `status`: an error instead of an answer; nothing is carried out.
 * - `cutBefore`: the connection is cut before anything is carried out.
 * - `cutAfter`: the request is carried out, and the connection is cut instead of an answer.
 * - `hangAfter`: the request is carried out, and no answer ever comes.
 * - `body`: the request is carried out, and this is the answer's body, whatever it is.
 * - `fields`: the request is carried out, and these fields of the answer are other than they should be; `null` leaves
 *   one out.
 * - `dialect`: the request is carried out, and the transfer is told in another dialect of ASAPP's own documents.
 */
export type FaultEffect = z.infer<typeof effectSchema>;

export const faultSchema = z.strictObject({
  method: methodSchema.exactOptional(),
  times: z.union([z.int().min(1), z.literal('untilHealed')]).exactOptional(),
  effect: effectSchema,
});

/** `method`: which requests it strikes; default: both. `times`: how many, or all until `heal`; default: 1. */
export type Fault = z.infer<typeof faultSchema>;

/** A fault, and how many requests it is still to strike. */
export type WaitingFault = Omit<Fault, 'times'> & { times: number };

/** What strikes this request of the faults that wait, in their order: every latency, and the first of the others. */
export function strike(waiting: readonly WaitingFault[], method: SandboxMethod): FaultEffect[] {
  const struck: FaultEffect[] = [];
  for (const fault of waiting) {
    const isOther = fault.method !== undefined && fault.method !== method;
    const isTaken = fault.effect.kind !== 'latency' && struck.some(({ kind }) => kind !== 'latency');
    if (isOther || isTaken) continue;
    fault.times--;
    struck.push(fault.effect);
  }
  return struck;
}

/** An answer's body as text, after what went wrong with it on purpose. */
export function bodyText({ status, body }: ApiAnswer, effect: FaultEffect | undefined): string {
  if (effect?.kind === 'body') return effect.body;
  if (effect?.kind === 'fields') return JSON.stringify(withFields(body, effect.fields));
  if (effect?.kind === 'dialect' && status === 200) return JSON.stringify(inDialect(body, effect));
  return JSON.stringify(body);
}

/** Puts fields into a body, objects into objects; `null` leaves one out. */
function withFields(body: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...body };
  for (const [name, value] of Object.entries(fields)) {
    const old = body[name];
    merged[name] = isRecord(value) && isRecord(old) ? withFields(old, value) : value;
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function inDialect(
  transfer: Record<string, unknown>,
  { lowerCaseStatus, expiresAt, unknownFields, booleanVariables }: Dialect,
): Record<string, unknown> {
  const { phoneNumber, outputContext, status } = transfer;
  const said = { ...transfer };
  if (lowerCaseStatus === true) said['status'] = String(status).toLowerCase();
  if (expiresAt === true && isRecord(phoneNumber)) {
    const { expireAt, ...rest } = phoneNumber;
    said['phoneNumber'] = { ...rest, expiresAt: expireAt };
  }
  if (booleanVariables === true && isRecord(outputContext)) {
    said['outputContext'] = withFields(outputContext, {
      referenceVariables: { isReturningCaller: true },
      transferVariables: { isVerified: false },
    });
  }
  return unknownFields === true ? withUnknownFields(said) : said;
}

/** Variables are left alone: all their names are known to nobody but the customer's company. */
function withUnknownFields(transfer: Record<string, unknown>): Record<string, unknown> {
  const more = Object.entries(transfer).map(([name, value]) => [
    name,
    isRecord(value) ? { ...value, fieldOfTomorrow: name } : value,
  ]);
  return { ...(Object.fromEntries(more) as Record<string, unknown>), fieldOfTomorrow: { nested: [1, null] } };
}

import type { ApiAnswer } from './api';
import type { Dialect, FaultEffect } from './faults';
import { isRecord } from './json';

/** An answer's body as text, after what went wrong with it on purpose. */
export function bodyText({ status, body }: ApiAnswer, effect: FaultEffect | undefined): string {
  if (effect?.kind === 'body') return effect.body;
  if (effect?.kind === 'fields') return JSON.stringify(withFields(body, effect.fields));
  if (effect?.kind === 'dialect' && status === 200) return JSON.stringify(inDialect(body, effect));
  return JSON.stringify(body);
}

/** Puts fields into a body, objects into objects; `null` leaves one out. */
function withFields(body: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  const merged = Object.entries(fields).map(([name, value]) => {
    const old = body[name];
    return [name, isRecord(value) && isRecord(old) ? withFields(old, value) : value] as const;
  });
  return Object.fromEntries(
    Object.entries({ ...body, ...Object.fromEntries(merged) }).filter(([, value]) => value !== null),
  );
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

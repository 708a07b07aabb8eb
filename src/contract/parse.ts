import { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';

import { failureTypes } from './failures';

/** What is wrong with one field, for a person. */
export const describeIssue = ({ code, message }: z.core.$ZodIssue): string =>
  code === 'invalid_type' && message.endsWith('received undefined') ? 'is missing' : message;

/** The problems of a value, each with the field's path: `country: must be an ISO 3166-1 …; transferId: …`. */
export function describeIssues(error: z.ZodError, root: string): string {
  return error.issues
    .map((issue) => `${issue.path.length > 0 ? issue.path.join('.') : root}: ${describeIssue(issue)}`)
    .join('; ');
}

/**
 * Checks a payload from outside.
 *
 * @param what - names the payload in the message, such as `CallTransferInput`
 * @throws ApplicationFailure of type `InvalidInput`, non-retryable, whose message names every wrong field.
 *   A ZodError would fail the workflow task instead, which Temporal retries for ever.
 */
export function parsePayload<T extends z.ZodType>(schema: T, payload: unknown, what: string): z.output<T> {
  const hidden = protoIn(payload);
  if (hidden !== undefined) {
    throw ApplicationFailure.nonRetryable(
      `${what} is not valid: ${hidden}: no field can have this name`,
      failureTypes.invalidInput,
    );
  }
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  throw ApplicationFailure.nonRetryable(
    `${what} is not valid: ${describeIssues(result.error, what)}`,
    failureTypes.invalidInput,
  );
}

/** As deep as the fields of a payload lie: inputContext.inputVariables.name. */
const DEEPEST = 3;

/** Where a value has a field that JavaScript's objects have in another sense, and that would be dropped without a word. */
function protoIn(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return undefined;
  if (Object.hasOwn(value, '__proto__')) return [...path, '__proto__'].join('.');
  for (const [name, field] of Object.entries(value)) {
    const found = typeof field === 'object' ? protoIn(field, [...path, name]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

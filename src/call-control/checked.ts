import type { z } from 'zod';

import { describeIssues } from '../contract/parse';

import { WebhookError } from './phone-system';

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

/** @throws WebhookError where the bytes are no JSON */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WebhookError('body: is not JSON');
  }
}

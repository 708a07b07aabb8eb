/** What a payload from outside is refused with. */
import { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';

import { parsePayload } from '../../src/contract/parse';

/** The refusal's message, without what all have in common. */
export function refusalOf(schema: z.ZodType, payload: unknown): string {
  try {
    parsePayload(schema, payload, 'Payload');
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    if (error.type !== 'InvalidInput' || error.nonRetryable !== true) throw error;
    return error.message.replace(/^Payload is not valid: /, '');
  }
  throw new Error(`It was accepted: ${JSON.stringify(payload)}`);
}

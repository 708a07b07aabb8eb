import { z } from 'zod';

const ceiling = z.int().min(1);

/** Ceilings of an account at ASAPP, as a worker's owner gives them. They hold over all workers that share the account. */
export const ceilingsSchema = z.strictObject({
  /**
   * What the workers that share an account at ASAPP call it. Readable in workflow ids: no credential. Default:
   * `default`.
   */
  account: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, hyphens or underscores')
    .default('default'),
  /**
   * Calls at the same time, from the request for a number until the leg has ended. One more is answered with the
   * fallback route and the reason `CALL_CEILING_REACHED`. Default: none. At most 10,000, which a history can carry.
   */
  concurrentCalls: ceiling.max(10_000).optional(),
  /**
   * Requests to ASAPP in any second. Whoever is over it waits a second for a number, three for a result; then the
   * reason is `REQUEST_CEILING_REACHED`. ASAPP's own spike limit is 100 for each product. Default: none.
   */
  requestsPerSecond: ceiling.optional(),
  /**
   * Requests to ASAPP in a day (UTC), of which those that open calls still need are kept for them. ASAPP's own quota is
   * 10,000 in its sandbox and 50,000 in production, unless agreed otherwise. Default: none.
   */
  requestsPerDay: ceiling.min(2).optional(),
});
export type CeilingsOptions = z.input<typeof ceilingsSchema>;

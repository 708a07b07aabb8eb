import countries from 'countries-list/minimal/countries.2to3.min.json';
import { z } from 'zod';

/**
 * A field that may be missing. `null` counts as missing, because clients in Go, Java, Python and .NET
 * commonly send absent fields that way.
 */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/**
 * An id chosen by the caller: 1 to 200 visible characters without `/`.
 *
 * `/` separates the parts of a workflow id, and `.` or `..` alone would change the path of ASAPP's GET.
 */
const callerId = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  // In the plain form of regular expressions, which every reader of the published JSON Schemas knows.
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\s/\x00-\x1f\x7f-\x9f]*$/, 'must not contain "/", white space or control characters')
  .refine((id) => !/\p{Cs}/u.test(id), 'must be well-formed Unicode')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');

/** The caller's id of the conversation: ASAPP's `externalConversationId`. It is readable in workflow ids: no phone number, no name. */
export const conversationIdSchema = callerId;

/** The caller's id of one transfer attempt (one leg): ASAPP's `id`. Never used twice. */
export const transferIdSchema = callerId;

/** ISO 3166-1 alpha-2 country of the number to dial, upper case. */
export const countrySchema = z
  .string()
  .refine(
    (code) => Object.hasOwn(countries, code),
    'must be an ISO 3166-1 alpha-2 country code, such as "US"',
  );

/**
 * How long whoever asks waits for the answer, in milliseconds. The workflow answers within this time where it is
 * shorter than its own hard limit.
 */
export const answerWithinMsSchema = z.int().min(1).max(3_600_000);

/** An instant as ISO 8601 with a time zone, such as `2025-06-19T13:38:40Z`. */
export const instantSchema = z.iso.datetime({
  offset: true,
  error: 'must be an ISO 8601 instant with a time zone, such as "2025-06-19T13:38:40Z"',
});

import countries from 'countries-list/minimal/countries.2to3.min.json';
import { z } from 'zod';

/**
 * A field that may be missing. `null` counts as missing, because clients in Go, Java, Python and .NET
 * commonly send absent fields that way.
 */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** White space, control characters and the zero-width no-break space, spelled out: readers of the schemas differ on `\s`. */
const INVISIBLE = '\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** 1 to 200 visible characters without `/`, but not `.` or `..` alone: without look-ahead, which not every reader knows. */
const ID_PATTERN = `^(?:\\.{0,2}[^./${INVISIBLE}]|\\.{3})[^/${INVISIBLE}]*$`;

/**
 * An id chosen by the caller: 1 to 200 visible characters without `/`.
 *
 * `/` separates the parts of a workflow id, and `.` or `..` alone would change the path of ASAPP's GET.
 */
const callerId = z
  .string()
  .regex(new RegExp(ID_PATTERN, 'u'), {
    error: ({ input }) => {
      if (input === '') return 'must not be empty';
      return input === '.' || input === '..'
        ? 'must not be "." or ".."'
        : 'must not contain "/", white space or control characters';
    },
  })
  .refine((id) => Array.from(id).length <= 200, 'must have at most 200 characters')
  .refine((id) => !/\p{Cs}/u.test(id), 'must be well-formed Unicode')
  // The pattern as it stands: a RegExp's `source` has `\u2028`, which Go does not read.
  .meta({ minLength: 1, maxLength: 200, pattern: ID_PATTERN });

/** The caller's id of the conversation: ASAPP's `externalConversationId`. It is readable in workflow ids: no phone number, no name. */
export const conversationIdSchema = callerId;

/** The caller's id of one transfer attempt (one leg): ASAPP's `id`. Never used twice. */
export const transferIdSchema = callerId;

/** ISO 3166-1 alpha-2 country of the number to dial, upper case. */
export const countrySchema = z.enum(Object.keys(countries) as [string, ...string[]], {
  error: ({ input }) =>
    input === undefined ? 'is missing' : 'must be an ISO 3166-1 alpha-2 country code, such as "US"',
});

/**
 * How long call control waits for the answer, in milliseconds. The workflow answers within this time if it is shorter
 * than its own hard limit.
 */
export const answerWithinMsSchema = z.int().min(1).max(3_600_000);

/** An instant as ISO 8601 with a time zone, such as `2025-06-19T13:38:40Z`. */
export const instantSchema = z.iso
  .datetime({
    offset: true,
    error: 'must be an ISO 8601 instant with a time zone, such as "2025-06-19T13:38:40Z"',
  })
  .max(64, 'must have at most 64 characters');

/** The address of an HTTP service. One that is missing is told of as missing. */
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: ({ input }) => (input === undefined ? undefined : 'must be an http or https URL'),
});

/**
 * What a conversation may hold, in bytes of JSON, so that whatever is allowed fits into what Temporal takes: 2 MB in one
 * payload, 4 MB in one request, 50 MB in the history of one run.
 */
export const largest = {
  /** Of one request. The first request of a conversation is sent twice, as its start and as its update. */
  inputVariables: 1_048_576,
  /** What GenerativeAgent hands back. The query `conversation` answers with it twice. */
  context: 524_288,
  /** A route, of which each leg has one. */
  route: 16_384,
  /** What a run that continues as new hands on: more than the largest leg takes. */
  carried: 1_750_000,
} as const;

/** The size of a value as it is sent. */
export const jsonBytes = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value ?? null)).length;

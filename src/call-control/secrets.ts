import { z } from 'zod';

/** Characters that a secret must have, or it could be guessed; with an empty one anybody could sign. */
export const least = {
  /** Of our own choice. */
  own: 16,
  /** Of Standard Webhooks, as base64. */
  webhook: 24,
  /** Given by a phone system: its own are longer. */
  given: 8,
} as const;

export const atLeast = (characters: number): string => `must have at least ${characters} characters`;

/** One of the secrets in a variable. */
export const secretOf = (characters: number) => z.string().min(characters, `each ${atLeast(characters)}`);

/**
 * Secrets that can be compared with.
 *
 * @param what - names them in the error
 * @throws TypeError that says which of them is too short, and nothing of it
 */
export function usableSecrets(
  what: string,
  secrets: readonly string[],
  characters: number,
): readonly string[] {
  const short = secrets.findIndex((secret) => secret.length < characters);
  if (short < 0) return secrets;
  throw new TypeError(`${what}: ${short}: ${atLeast(characters)}`);
}

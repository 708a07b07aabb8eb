/**
 * Secrets that can be compared with: with an empty one anybody could sign.
 *
 * @param what - names them in the error
 * @param least - characters that each must have
 * @throws TypeError that says which of them is too short, and nothing of it
 */
export function usableSecrets(what: string, secrets: readonly string[], least: number): readonly string[] {
  const short = secrets.findIndex((secret) => secret.length < least);
  if (short < 0) return secrets;
  throw new TypeError(`${what}: ${short}: must have at least ${least} characters`);
}

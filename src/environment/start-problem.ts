import { missingPackage } from './missing-package';
import { EnvironmentError } from './read-environment';

/**
 * What to print where a program could not start: a mistake in the environment and a missing package are for their reader,
 * without a stack.
 *
 * @param program - such as `The gateway`
 */
export function startProblem(program: string, error: unknown): unknown {
  const missing = missingPackage(error);
  if (missing !== undefined) return `${program} ${missing}`;
  return error instanceof EnvironmentError ? error.message : error;
}

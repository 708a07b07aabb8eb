import { format } from 'node:util';

import { EnvironmentError } from './read-environment';

/**
 * Runs a program to its end. If it fails, a mistake in the environment and a missing package are told without a stack.
 *
 * What a start that failed halfway has left open must not keep a dead program up: nobody would start another.
 *
 * @param name - such as `The gateway`
 */
export function run(name: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const missing = missingPackage(error);
    const problem = error instanceof EnvironmentError ? error.message : error;
    process.stderr.write(`${format(missing === undefined ? problem : `${name} ${missing}`)}\n`);
    process.exit(1);
  });
}

/** Resolves at SIGTERM or SIGINT. */
export const untilStopped = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });

/** What to install, if a module could not be loaded for want of a package. */
export function missingPackage(error: unknown): string | undefined {
  const { message = '' } = error as { message?: string };
  // Of `twilio/lib/twiml/VoiceResponse` the package is `twilio`.
  const missing = /Cannot find (?:module|package) '((?:@[^/']+\/)?[^./'][^/']*)/.exec(message)?.[1];
  return missing === undefined ? undefined : `needs the package ${missing}: npm install ${missing}`;
}

import { z } from 'zod';

import { describeIssue } from '../contract/parse';

/** An environment that a program cannot start with. The message names every mistake. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(
    /** One for each variable that is missing or wrong, such as `ASAPP_API_URL: is missing`. */
    readonly mistakes: readonly string[],
  ) {
    super(`Cannot start:\n${mistakes.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** A variable that holds JSON. */
export const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

/** A variable that holds a whole number, not negative. */
export const whole = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);

/** A variable that holds a port; 0 means any that is free. */
export const port = whole.pipe(z.number().max(65_535, 'must be a port, up to 65535'));

/** A variable that holds where to listen. */
export const bindAddress = z
  .string()
  .regex(/^\S+:\d{1,5}$/, 'must be an address and a port, such as 0.0.0.0:9464');

/** A variable that holds a level of Pino's. */
export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);

/** A variable that holds a list, separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** The variables that are set: an empty one is not. */
export const setVariables = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));

/** What is wrong with each variable. */
export const mistakesIn = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${describeIssue(issue)}`);

/**
 * Reads and checks environment variables.
 *
 * @throws EnvironmentError naming every mistake at once
 */
export function readEnvironment<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const result = schema.safeParse(setVariables(environment));
  if (!result.success) throw new EnvironmentError(mistakesIn(result.error));
  return result.data;
}

/**
 * Reads several parts of an environment.
 *
 * @throws EnvironmentError naming the mistakes of all of them at once
 */
export async function readAll<Parts extends unknown[]>(
  ...reads: { [Index in keyof Parts]: () => Parts[Index] | Promise<Parts[Index]> }
): Promise<Parts> {
  const mistakes: string[] = [];
  const parts: unknown[] = [];
  for (const read of reads) {
    try {
      parts.push(await read());
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new EnvironmentError(mistakes);
  return parts as Parts;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether what is sent to a URL goes over a network in clear text. */
export function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !LOOPBACK.test(hostname);
}

/** Warns of credentials or keys that would go over a network in clear text. */
export function warnOfPlainHttp(variable: string, url: string | undefined): void {
  if (url === undefined || !isPlainHttp(url)) return;
  process.emitWarning(
    `${variable}: what is sent to ${new URL(url).hostname} can be read on the way: use https`,
  );
}

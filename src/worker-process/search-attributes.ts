import { setTimeout as sleep } from 'node:timers/promises';

import type { Connection } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';

import { searchAttributeKeys } from '../contract/search-attributes';
import { EnvironmentError } from '../environment/read-environment';

/** What is needed of a connection, whether of `@temporalio/client` or of `@temporalio/worker`. */
type OperatorConnection = Pick<Connection, 'operatorService'>;

/** Types of search attributes by their numbers in Temporal's API, as the `temporal` command calls them. */
const types = ['Unspecified', 'Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'];
const KEYWORD = types.indexOf('Keyword');

/** How long an answer of the server's counts, milliseconds. */
const FRESH_MS = 100;

/** How long an answer is waited for, milliseconds, since a caller may wait: after that, the last one counts. */
const PATIENCE_MS = 250;

/** Which of this package's search attributes a namespace lacks, and what is wrong with those of another type. */
export async function checkSearchAttributes(connection: OperatorConnection, namespace: string) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const registered = new Map<string, number>(Object.entries(customAttributes));
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const { name } of searchAttributeKeys) {
    const type = registered.get(name);
    if (type === undefined) missing.push(name);
    else if (type !== KEYWORD) wrong.push(`${name} is of type ${types[type] ?? type} and must be Keyword`);
  }
  return { missing, wrong };
}

interface CheckOptions {
  logger: Pick<Logger, 'warn'>;
  freshMs?: number;
}

/**
 * Finds out whether a namespace has all search attributes of this package, with their types. What is missing or wrong is
 * logged once.
 *
 * @returns whether it has them, as the server said at most 100 ms ago; false if it never said
 */
export function searchAttributesOf(
  connection: OperatorConnection,
  namespace: string,
  { logger, freshMs = FRESH_MS }: CheckOptions,
): () => Promise<boolean> {
  let hasThem = false;
  let logged = '';
  const check = async () => {
    const { missing, wrong } = await checkSearchAttributes(connection, namespace);
    const problems = [...missing.map((name) => `${name} is not registered`), ...wrong].join('; ');
    hasThem = problems === '';
    if (problems !== '' && problems !== logged)
      logger.warn(`Calls are listed without search attributes: ${problems}`, { namespace });
    logged = problems;
  };
  let checked = Promise.resolve();
  let freshUntil = 0;
  return async () => {
    if (performance.now() >= freshUntil) {
      freshUntil = performance.now() + freshMs;
      // If the server does not say, it stays as it was.
      checked = check().catch(() => undefined);
    }
    await Promise.race([checked, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return hasThem;
  };
}

/**
 * Registers this package's search attributes if a namespace lacks them. Safe to repeat.
 *
 * @returns the names that were added
 * @throws EnvironmentError if one is there with another type
 * @throws ServiceError where the server does not allow it, as on Temporal Cloud, where an operator adds them
 */
export async function registerSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<string[]> {
  const { missing, wrong } = await checkSearchAttributes(connection, namespace);
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
  if (wrong.length > 0) throw new EnvironmentError(wrong);
  return missing;
}

import { setTimeout as sleep } from 'node:timers/promises';

import type { Connection } from '@temporalio/client';
import { Runtime, type Logger } from '@temporalio/worker';

import { searchAttributeKeys } from '../contract/search-attributes';
import { EnvironmentError } from '../environment/read-environment';

/** What is needed of a connection, whether of `@temporalio/client` or of `@temporalio/worker`. */
type OperatorConnection = Pick<Connection, 'operatorService'>;

/** Types of search attributes by their numbers in Temporal's API, as the `temporal` command calls them. */
const types = ['Unspecified', 'Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'];
const KEYWORD = types.indexOf('Keyword');

/** How often a running worker checks again, milliseconds. */
const EVERY_MS = 15_000;

/** Which of this package's search attributes a namespace lacks, and what is wrong with those of another type. */
async function checkSearchAttributes(connection: OperatorConnection, namespace: string) {
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

/** Whether a namespace has all search attributes of this package, with their types; false if the server does not say. */
export async function hasSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<boolean> {
  try {
    const { missing, wrong } = await checkSearchAttributes(connection, namespace);
    return missing.length + wrong.length === 0;
  } catch {
    return false;
  }
}

interface WatchOptions {
  logger?: Pick<Logger, 'warn'>;
  everyMs?: number;
}

/**
 * Finds out for the conversations that begin from now on whether a namespace has all search attributes of this package, with
 * their types, and again every 15 s. What is missing or wrong is logged once.
 *
 * @returns stops it
 */
export async function watchSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
  settings: { searchAttributes: boolean },
  { logger = Runtime.instance().logger, everyMs = EVERY_MS }: WatchOptions = {},
): Promise<() => void> {
  let logged = '';
  const check = async () => {
    try {
      const { missing, wrong } = await checkSearchAttributes(connection, namespace);
      const problems = [...missing.map((name) => `${name} is not registered`), ...wrong].join('; ');
      settings.searchAttributes = problems === '';
      if (problems !== '' && problems !== logged)
        logger.warn(`Calls are listed without search attributes: ${problems}`, { namespace });
      logged = problems;
    } catch {
      // The server does not say: it stays as it was.
    }
  };
  await check();
  const stopped = new AbortController();
  const again = async () => {
    const options = { signal: stopped.signal, ref: false };
    while (await sleep(everyMs, true, options).catch(() => false)) await check();
  };
  void again();
  return () => {
    stopped.abort();
  };
}

/**
 * Registers this package's search attributes where a namespace lacks them. Safe to repeat.
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

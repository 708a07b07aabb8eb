import type { Connection } from '@temporalio/client';

import { searchAttributeKeys } from '../contract/search-attributes';

/** What is needed of a connection, whether of `@temporalio/client` or of `@temporalio/worker`. */
type OperatorConnection = Pick<Connection, 'operatorService'>;

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** Which of this package's search attributes a namespace lacks. */
async function missingSearchAttributes(connection: OperatorConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return searchAttributeKeys.map(({ name }) => name).filter((name) => !(name in customAttributes));
}

/** Whether a namespace has all search attributes of this package; false where the server does not say. */
export async function hasSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<boolean> {
  try {
    return (await missingSearchAttributes(connection, namespace)).length === 0;
  } catch {
    return false;
  }
}

/**
 * Registers this package's search attributes where a namespace lacks them. Safe to repeat.
 *
 * @returns the names that were added
 * @throws ServiceError where the server does not allow it, as on Temporal Cloud, where an operator adds them
 */
export async function registerSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<string[]> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
  return missing;
}

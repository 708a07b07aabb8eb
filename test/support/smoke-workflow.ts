import { sleep, upsertSearchAttributes } from '@temporalio/workflow';

import { searchAttributeKeys } from '../../src/contract/search-attributes';

/** Sleeps for an hour, or for what it is told, and greets. */
export async function greetAfter(name: string, milliseconds = 3_600_000): Promise<string> {
  upsertSearchAttributes(searchAttributeKeys.map((key) => ({ key, value: 'SMOKE' })));
  await sleep(milliseconds);
  return `Hello, ${name}`;
}

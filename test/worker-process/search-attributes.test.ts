import { setTimeout as sleep } from 'node:timers/promises';

import { EnvironmentError } from '../../src/environment/read-environment';
import {
  hasSearchAttributes,
  registerSearchAttributes,
  watchSearchAttributes,
} from '../../src/worker-process/search-attributes';

const TEXT = 1;
const KEYWORD = 2;
const KEYWORD_LIST = 7;

/** A namespace with these search attributes, besides those of somebody else. */
function namespaceWith(phase?: number, outcome?: number, reason?: number) {
  const all = { CallTransferPhase: phase, CallTransferOutcome: outcome, CallTransferReason: reason };
  const customAttributes = Object.fromEntries(
    Object.entries({ ...all, Theirs: TEXT }).filter(([, type]) => type !== undefined),
  ) as Record<string, number>;
  const operatorService = {
    listSearchAttributes: () => Promise.resolve({ customAttributes }),
    addSearchAttributes: ({ searchAttributes }: { searchAttributes: Record<string, number> }) =>
      Promise.resolve(Object.assign(customAttributes, searchAttributes)),
  };
  return { customAttributes, connection: { operatorService } as never };
}

const has = (...types: (number | undefined)[]) =>
  hasSearchAttributes(namespaceWith(...types).connection, 'default');

test('a namespace has the search attributes if each is there with its type', async () => {
  expect(await has(KEYWORD, KEYWORD, KEYWORD)).toBe(true);
  expect(await has(KEYWORD, KEYWORD, undefined)).toBe(false);
  expect(await has(KEYWORD_LIST, KEYWORD, KEYWORD)).toBe(false);
  expect(await has(KEYWORD, KEYWORD, TEXT)).toBe(false);
});

test('a server that does not say has none', async () => {
  const listSearchAttributes = () => Promise.reject(new Error('not on this server'));
  expect(await hasSearchAttributes({ operatorService: { listSearchAttributes } } as never, 'n')).toBe(false);
});

test('what is missing is registered; what has another type is refused by its name and both types', async () => {
  const lacking = namespaceWith(KEYWORD);
  expect(await registerSearchAttributes(lacking.connection, 'default')).toEqual([
    'CallTransferOutcome',
    'CallTransferReason',
  ]);
  expect(lacking.customAttributes).toMatchObject({ CallTransferOutcome: KEYWORD });

  const refused = registerSearchAttributes(namespaceWith(KEYWORD_LIST).connection, 'default');
  await expect(refused).rejects.toEqual(
    new EnvironmentError(['CallTransferPhase is of type KeywordList and must be Keyword']),
  );
});

test('a running worker checks again, and logs once what is missing or of another type', async () => {
  const { connection, customAttributes } = namespaceWith(KEYWORD, KEYWORD, KEYWORD);
  const settings = { searchAttributes: false };
  const lines: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => void lines.push(line) };
  const stop = await watchSearchAttributes(connection, 'default', settings, { logger, everyMs: 5 });
  const became = async (expected: boolean) => {
    while (settings.searchAttributes !== expected) await sleep(5);
  };
  expect(settings.searchAttributes).toBe(true);

  customAttributes['CallTransferPhase'] = KEYWORD_LIST;
  delete customAttributes['CallTransferReason'];
  await became(false);
  await sleep(30);
  expect(lines).toEqual([
    [
      'Calls are listed without search attributes: CallTransferReason is not registered; CallTransferPhase is of type KeywordList and must be Keyword',
      { namespace: 'default' },
    ],
  ]);

  Object.assign(customAttributes, { CallTransferPhase: KEYWORD, CallTransferReason: KEYWORD });
  await became(true);
  stop();
  delete customAttributes['CallTransferReason'];
  await sleep(30);
  expect(settings.searchAttributes).toBe(true);
});

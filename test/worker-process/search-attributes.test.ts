import { EnvironmentError } from '../../src/environment/read-environment';
import { registerSearchAttributes, searchAttributesOf } from '../../src/worker-process/search-attributes';

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

/** A namespace that has them all, until its server answers no more. */
function namespaceThatStops() {
  const { connection, customAttributes } = namespaceWith(KEYWORD, KEYWORD, KEYWORD);
  const operatorService = (connection as { operatorService: object }).operatorService;
  const stop = () => {
    Object.assign(operatorService, { listSearchAttributes: () => Promise.reject(new Error('away')) });
  };
  return { connection, customAttributes, stop };
}

/** A logger that keeps its lines. */
function kept() {
  const lines: unknown[] = [];
  return { lines, logger: { warn: (...line: unknown[]) => void lines.push(line) } };
}

const has = (...types: (number | undefined)[]) =>
  searchAttributesOf(namespaceWith(...types).connection, 'default', { logger: kept().logger })();

test('a namespace has the search attributes if each is there with its type', async () => {
  expect(await has(KEYWORD, KEYWORD, KEYWORD)).toBe(true);
  expect(await has(KEYWORD, KEYWORD, undefined)).toBe(false);
  expect(await has(KEYWORD_LIST, KEYWORD, KEYWORD)).toBe(false);
  expect(await has(KEYWORD, KEYWORD, TEXT)).toBe(false);
});

test.each([
  ['refuses to say', () => Promise.reject(new Error('not on this server'))],
  ['does not answer', () => new Promise(() => undefined)],
])('a server that %s has none, and nobody waits for it', async (_what, listSearchAttributes) => {
  const connection = { operatorService: { listSearchAttributes } } as never;
  expect(await searchAttributesOf(connection, 'default', { logger: kept().logger })()).toBe(false);
});

test('a server that stops answering has what it had', async () => {
  const { connection, stop } = namespaceThatStops();
  const hasThem = searchAttributesOf(connection, 'default', { logger: kept().logger, freshMs: 0 });
  expect(await hasThem()).toBe(true);
  stop();
  expect(await hasThem()).toBe(true);
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

test('it is looked up anew again and again, and logged once what is missing or of another type', async () => {
  const { connection, customAttributes } = namespaceWith(KEYWORD, KEYWORD, KEYWORD);
  const { lines, logger } = kept();
  const hasThem = searchAttributesOf(connection, 'default', { logger, freshMs: 0 });
  const hasFresh = searchAttributesOf(connection, 'default', { logger });
  expect([await hasThem(), await hasFresh()]).toEqual([true, true]);

  customAttributes['CallTransferPhase'] = KEYWORD_LIST;
  delete customAttributes['CallTransferReason'];
  expect([await hasThem(), await hasThem(), await hasFresh()]).toEqual([false, false, true]);
  expect(lines).toEqual([
    [
      'Calls are listed without search attributes: CallTransferReason is not registered; CallTransferPhase is of type KeywordList and must be Keyword',
      { namespace: 'default' },
    ],
  ]);

  Object.assign(customAttributes, { CallTransferPhase: KEYWORD, CallTransferReason: KEYWORD });
  expect(await hasThem()).toBe(true);
});

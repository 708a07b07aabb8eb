import { callTransferInputSchema, transferRequestSchema } from '../../src/contract/transfer-request';
import { refusalOf } from '../support/refusals';

const input = {
  conversationId: 'conv-1',
  transferId: 'conv-1-a',
  country: 'US',
  inputContext: { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } },
};

const COUNTRY = 'must be an ISO 3166-1 alpha-2 country code, such as "US"';
const INSTANT = 'must be an ISO 8601 instant with a time zone, such as "2025-06-19T13:38:40Z"';

const optionalMistakes: [string, unknown, string][] = [
  ['transferId', '', 'must not be empty'],
  ['transferId', 'a/b', 'must not contain "/", white space or control characters'],
  ['transferId', '..', 'must not be "." or ".."'],
  ['transferId', 7, 'Invalid input: expected string, received number'],
  ['country', 'ZZ', COUNTRY],
  ['country', 'us', COUNTRY],
  ['country', 1, 'must be an ISO 3166-1 alpha-2 country code, such as "US"'],
  ['inputContext', 'billing', 'Invalid input: expected object, received string'],
  ['inputContext', [], 'Invalid input: expected object, received array'],
];

const contextMistakes: [string, unknown, string][] = [
  ['taskName', '', 'must not be empty'],
  ['taskName', 7, 'Invalid input: expected string, received number'],
  ['taskName', 'x'.repeat(1001), 'must have at most 1000 characters'],
  ['inputVariables', { a: 'é'.repeat(525_000) }, 'must have at most 1048576 bytes as JSON'],
  ['inputVariables', 'a=b', 'Invalid input: expected record, received string'],
  ['inputVariables', ['a'], 'Invalid input: expected record, received array'],
];

describe('what starts a conversation', () => {
  it('may have all fields', () => {
    expect(callTransferInputSchema.parse(input)).toEqual(input);
  });

  it('needs no more than a conversation and a country', () => {
    const { conversationId, country } = input;

    expect(callTransferInputSchema.parse({ conversationId, country })).toEqual({ conversationId, country });
  });

  it('may have null for what is absent', () => {
    const { conversationId, country } = input;
    const parsed = callTransferInputSchema.parse({
      conversationId,
      country,
      transferId: null,
      inputContext: { taskName: null, inputVariables: null },
    });

    expect(parsed).toEqual({ conversationId, country, inputContext: {} });
    expect(callTransferInputSchema.parse({ conversationId, country, inputContext: null })).toEqual({
      conversationId,
      country,
    });
  });

  it('needs no country over SIP, and an id that a header can hold', () => {
    const sip = { conversationId: 'conv-1', transferId: 'conv-1-a', type: 'SIP' };
    expect(callTransferInputSchema.parse(sip)).toEqual(sip);
    for (const schema of [callTransferInputSchema, transferRequestSchema]) {
      expect(refusalOf(schema, { ...sip, transferId: 'conv-1-ä' })).toBe(
        'transferId: must be of visible ASCII characters for SIP, whose header it is in',
      );
      const number = { ...sip, type: 'PHONE_NUMBER', country: 'US', transferId: 'conv-1-ä' };
      expect(schema.parse(number)).toMatchObject({ transferId: 'conv-1-ä' });
    }
  });

  it('may have fields of tomorrow', () => {
    expect(callTransferInputSchema.parse({ ...input, tenant: 'acme' })).toEqual(input);
  });

  it.each<[string, unknown, string]>([
    ['conversationId', undefined, 'is missing'],
    ['conversationId', null, 'Invalid input: expected string, received null'],
    ['conversationId', 7, 'Invalid input: expected string, received number'],
    ['conversationId', '', 'must not be empty'],
    ['conversationId', '.', 'must not be "." or ".."'],
    ['conversationId', 'a/b', 'must not contain "/", white space or control characters'],
    ['conversationId', 'x'.repeat(201), 'must have at most 200 characters'],
    ['country', undefined, 'is missing'],
    ['country', null, 'is missing'],
    ['type', 'FAX', 'must be PHONE_NUMBER or SIP'],
    ...optionalMistakes,
  ])('is refused, with the name of the field: %s is %j', (field, value, reason) => {
    expect(refusalOf(callTransferInputSchema, { ...input, [field]: value })).toBe(`${field}: ${reason}`);
  });

  it.each(contextMistakes)('is refused, with the path of the field: %s is %j', (field, value, reason) => {
    const payload = { ...input, inputContext: { ...input.inputContext, [field]: value } };

    expect(refusalOf(callTransferInputSchema, payload)).toBe(`inputContext.${field}: ${reason}`);
  });

  it.each([
    [7, 'number'],
    [true, 'boolean'],
    [null, 'null'],
    [{}, 'object'],
  ])('is refused where an input variable is no text but %j', (value, type) => {
    const payload = { ...input, inputContext: { inputVariables: { name: 'x', accountNumber: value } } };

    expect(refusalOf(callTransferInputSchema, payload)).toBe(
      `inputContext.inputVariables.accountNumber: Invalid input: expected string, received ${type}`,
    );
  });

  it('is refused with all its mistakes at once', () => {
    const payload = { country: 'ZZ', transferId: 'a/b', inputContext: { inputVariables: { a: 1 } } };

    expect(refusalOf(callTransferInputSchema, payload)).toBe(
      [
        'conversationId: is missing',
        'transferId: must not contain "/", white space or control characters',
        `country: ${COUNTRY}`,
        'inputContext.inputVariables.a: Invalid input: expected string, received number',
      ].join('; '),
    );
  });

  it.each([
    [undefined, 'is missing'],
    [null, 'Invalid input: expected object, received null'],
    ['conv-1', 'Invalid input: expected object, received string'],
    [[input], 'Invalid input: expected object, received array'],
  ])('is refused where it is no object: %j', (payload, reason) => {
    expect(refusalOf(callTransferInputSchema, payload)).toBe(`Payload: ${reason}`);
  });
});

describe('a request', () => {
  it('may have all fields', () => {
    const { conversationId: _, ...request } = { ...input, at: '2025-06-19T13:38:40Z', askId: 'ask-1' };

    expect(transferRequestSchema.parse(request)).toEqual(request);
  });

  it.each([{}, { transferId: null, country: null, inputContext: null, at: null, askId: null }])(
    'may be empty: %j',
    (request) => {
      expect(transferRequestSchema.parse(request)).toEqual({});
    },
  );

  it.each<[string, unknown, string]>([
    ...optionalMistakes,
    ['at', 'now', INSTANT],
    ['at', 1750340320000, INSTANT],
    ['at', '2025-06-19T13:38:40', INSTANT],
    ['askId', '', 'Too small: expected string to have >=1 characters'],
    ['askId', 'x'.repeat(201), 'Too big: expected string to have <=200 characters'],
    ['askId', 7, 'Invalid input: expected string, received number'],
  ])('is refused, with the name of the field: %s is %j', (field, value, reason) => {
    expect(refusalOf(transferRequestSchema, { [field]: value })).toBe(`${field}: ${reason}`);
  });
});

test('a variable whose name would be dropped is refused', () => {
  const inputVariables = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
  expect(refusalOf(callTransferInputSchema, { ...input, inputContext: { inputVariables } })).toContain(
    'inputContext.inputVariables.__proto__: no field can have this name',
  );
});

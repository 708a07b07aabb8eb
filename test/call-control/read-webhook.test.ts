import { requestInQuery } from '../../src/call-control/read-webhook';

const ids = { conversationId: 'call-1', transferId: 'call-1.1' };
const call = { ...ids, country: 'US' };
const requestIn = (query: string, type: 'PHONE_NUMBER' | 'SIP' = 'PHONE_NUMBER') =>
  requestInQuery(new URLSearchParams(query), { ...ids, transport: { type, country: 'US' } });

describe('a request in the address of a webhook', () => {
  it.each([
    '',
    'taskName=',
    'country=',
    'conversationId=',
    'transferId=',
    'taskName=&country=&conversationId=',
    'another=1',
  ])('takes an empty parameter for none: %s', (query) => {
    expect(requestIn(query)).toEqual({ event: { type: 'leg.requested', data: call }, ignored: [] });
  });

  it('keeps an input variable that is empty', () => {
    expect(requestIn('var.note=&taskName=billing')).toEqual({
      event: {
        type: 'leg.requested',
        data: { ...call, inputContext: { taskName: 'billing', inputVariables: { note: '' } } },
      },
      ignored: [],
    });
  });

  it.each([
    ['country', 'XX', 'must be an ISO 3166-1 alpha-2 country code, such as "US"'],
    ['country', 'us', 'must be an ISO 3166-1 alpha-2 country code, such as "US"'],
    ['conversationId', 'a/b', 'must not contain "/", white space or control characters'],
    ['conversationId', '..', 'must not be "." or ".."'],
    ['transferId', 'leg of John', 'must not contain "/", white space or control characters'],
    ['transferId', 'x'.repeat(201), 'must have at most 200 characters'],
  ])('ignores a parameter that cannot be read, and names it without its value: %s=%s', (name, value, why) => {
    const readable = { conversationId: 'conv-1', transferId: 'conv-1-a', country: 'GB' };
    const query = new URLSearchParams({ ...readable, taskName: 'billing', 'var.note': 'n', [name]: value });

    expect(requestIn(query.toString())).toEqual({
      event: {
        type: 'leg.requested',
        data: {
          ...readable,
          [name]: call[name as keyof typeof call],
          inputContext: { taskName: 'billing', inputVariables: { note: 'n' } },
        },
      },
      ignored: [`${name}: ${why}`],
    });
  });

  it('names every parameter that it ignores', () => {
    const { event, ignored } = requestIn('conversationId=a%2Fb&transferId=.&country=XX&taskName=billing');

    expect(event.data).toEqual({ ...call, inputContext: { taskName: 'billing' } });
    for (const name of ['conversationId', 'transferId', 'country'])
      expect(ignored.join('; ')).toContain(`${name}: must`);
    expect(ignored.join()).not.toMatch(/a\/b|XX/);
  });

  it.each([
    ['type=SIP', 'PHONE_NUMBER', { type: 'SIP' }],
    ['type=SIP&country=GB', 'PHONE_NUMBER', { type: 'SIP' }],
    ['', 'SIP', { type: 'SIP' }],
    ['country=GB', 'SIP', { type: 'SIP' }],
    ['type=PHONE_NUMBER', 'SIP', { country: 'US' }],
    ['type=PHONE_NUMBER&country=GB', 'SIP', { country: 'GB' }],
  ] as const)('says how the call gets there: %p, where others are of %s', (query, byDefault, said) => {
    expect(requestIn(query, byDefault)).toEqual({
      event: { type: 'leg.requested', data: { ...ids, ...said } },
      ignored: [],
    });
  });
});

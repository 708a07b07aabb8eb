import { requestInQuery } from '../../src/call-control/read-webhook';

const call = { conversationId: 'call-1', transferId: 'call-1', country: 'US' };

describe('a request in the address of a webhook', () => {
  it.each(['taskName=', 'country=', 'conversationId=', 'transferId=', 'taskName=&country=&conversationId='])(
    'takes an empty parameter for none: %s',
    (query) => {
      expect(requestInQuery(new URLSearchParams(query), call)).toEqual({ type: 'leg.requested', data: call });
    },
  );

  it('keeps an input variable that is empty', () => {
    expect(requestInQuery(new URLSearchParams('var.note=&taskName=billing'), call).data).toEqual({
      ...call,
      inputContext: { taskName: 'billing', inputVariables: { note: '' } },
    });
  });
});

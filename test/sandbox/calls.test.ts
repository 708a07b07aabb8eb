import { Exchange } from '../../src/sandbox';

let now = 0;

/** A call that is up. */
function call(exchange: Exchange, id = 'a', conversationId = 'conversation', inputContext?: unknown) {
  const transfer = exchange.create(id, conversationId, { type: 'PHONE_NUMBER', country: 'US' }, inputContext);
  return exchange.callArrives(transfer?.transferNumber ?? '');
}

describe('a call', () => {
  it('is ongoing, and completed once GenerativeAgent has ended it', () => {
    const exchange = new Exchange();
    const transfer = call(exchange);
    expect(exchange.status(transfer)).toBe('ONGOING');
    exchange.aiEnds('a', { transferType: 'HOLOGRAM', currentTaskName: 'billing' });
    expect(exchange.status(transfer)).toBe('COMPLETED');
    expect(transfer.outputContext).toEqual({ transferType: 'HOLOGRAM', currentTaskName: 'billing' });
  });

  it('leaves no context where the caller hangs up', () => {
    const exchange = new Exchange();
    call(exchange);
    expect(exchange.callerHangsUp('a')).toMatchObject({ outputContext: null });
  });

  it('ends once', () => {
    const exchange = new Exchange();
    call(exchange);
    exchange.callerHangsUp('a');
    expect(() => exchange.callerHangsUp('a')).toThrow('no call is up for a');
    expect(() => exchange.aiEnds('a', { transferType: 'AGENT' })).toThrow('no call is up for a');
    expect(exchange.transfers.get('a')).toMatchObject({ outputContext: null });
  });

  it('cannot end before it has arrived, nor where there is none', () => {
    const exchange = new Exchange();
    exchange.create('a', 'conversation', { type: 'PHONE_NUMBER', country: 'US' }, undefined);
    expect(() => exchange.callerHangsUp('a')).toThrow('no call is up for a');
    expect(() => exchange.callerHangsUp('b')).toThrow('no call is up for b');
  });
});

describe('books that lag behind a hangup', () => {
  it('show the call as ongoing for a number of looks', () => {
    const exchange = new Exchange();
    const transfer = call(exchange);
    exchange.callerHangsUp('a', { reads: 2 });
    const looks = [1, 2, 3, 4].map(() => exchange.read(transfer));
    expect(looks).toEqual(['ONGOING', 'ONGOING', 'COMPLETED', 'COMPLETED']);
  });

  it('show it as it is once a time has passed', () => {
    const exchange = new Exchange({ now: () => now });
    const transfer = call(exchange);
    exchange.aiEnds('a', { transferType: 'AGENT' }, { status: 'ACTIVE', ms: 500 });
    now += 499;
    expect(exchange.read(transfer)).toBe('ACTIVE');
    now += 1;
    expect(exchange.read(transfer)).toBe('COMPLETED');
  });
});

describe('a conversation', () => {
  const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };

  it('is resumed by a later leg, with the task and the variables of the earlier ones', () => {
    const exchange = new Exchange();
    call(exchange, 'a', 'conversation', inputContext);
    exchange.callerHangsUp('a');
    expect(call(exchange, 'b')).toMatchObject({ resumedFrom: 'a', inputContext });
    exchange.callerHangsUp('b');
    expect(call(exchange, 'c')).toMatchObject({ resumedFrom: 'b', inputContext });
    expect(exchange.conversation('conversation').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('goes on with another task where a later leg gives one', () => {
    const exchange = new Exchange();
    call(exchange, 'a', 'conversation', inputContext);
    const other = { taskName: 'billing' };
    expect(
      exchange.create('b', 'conversation', { type: 'PHONE_NUMBER', country: 'US' }, other),
    ).toMatchObject({ inputContext: other });
  });

  it('knows nothing of another', () => {
    const exchange = new Exchange();
    call(exchange, 'a', 'conversation', inputContext);
    const stranger = exchange.create(
      's',
      'another conversation',
      { type: 'PHONE_NUMBER', country: 'US' },
      undefined,
    );
    expect(stranger).toMatchObject({ resumedFrom: null });
    expect(stranger?.inputContext).toBeUndefined();
    expect(exchange.conversation('nobody’s')).toEqual([]);
  });
});

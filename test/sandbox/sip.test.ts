import { Exchange } from '../../src/sandbox/exchange';

const header = { 'x-asapp-calltransferid': 'a' };

function withTransfer() {
  let now = 0;
  const exchange = new Exchange({ numberTtlMs: 1000, now: () => now });
  exchange.create('a', 'conversation', { type: 'SIP' }, undefined);
  exchange.create('n', 'another', { type: 'PHONE_NUMBER', country: 'US' }, undefined);
  return { exchange, pass: (ms: number) => (now += ms) };
}

describe('a call to the SIP address', () => {
  it('reaches the transfer that its header names', () => {
    const { exchange } = withTransfer();
    expect(exchange.sipCallArrives(header)).toMatchObject({ id: 'a', type: 'SIP', transferNumber: '' });
    expect(exchange.aiEnds('a', { transferType: 'AGENT' }).completedAt).toBe(0);
  });

  it.each([
    [{}],
    [{ 'X-Other': 'a' }],
    [{ ...header, 'x-asapp-calltransferid': 'nobody' }],
    [{ 'X-ASAPP-CallTransferId': 'n' }],
  ])('is refused with the headers %j', (headers: Record<string, string>) => {
    expect(() => withTransfer().exchange.sipCallArrives(headers)).toThrow('headers: X-ASAPP-CallTransferId');
  });

  it('is refused a second time, and after the transfer has expired', () => {
    const { exchange, pass } = withTransfer();
    exchange.sipCallArrives(header);
    expect(() => exchange.sipCallArrives(header)).toThrow('names no SIP transfer that waits');
    const late = withTransfer();
    late.pass(1000);
    expect(() => late.exchange.sipCallArrives(header)).toThrow('names no SIP transfer that waits');
    expect(pass(0)).toBe(0);
  });
});

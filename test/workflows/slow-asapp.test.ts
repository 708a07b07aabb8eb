import { connected, decisionIn, dialing } from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';

const underTest = callTransferForFile();

describe('an answer of ASAPP that takes long and comes within the limit', () => {
  it('is the number: a second request begins beside the first, which is not given up', async () => {
    const { sandbox } = underTest();
    sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 3200 } });
    const { transferId } = await dialing(underTest());

    expect(sandbox.requestsFor(transferId).length).toBeLessThanOrEqual(3);
  });

  it('is the result', async () => {
    const { sandbox, client } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    sandbox.fail({ method: 'GET', times: 2, effect: { kind: 'latency', ms: 2500 } });
    const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

    expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
    expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET', 'GET']);
  });
});

describe('an answer of ASAPP that is lost', () => {
  it('costs no number: the second request is answered by what the first did', async () => {
    const { sandbox } = underTest();
    sandbox.fail({ method: 'POST', effect: { kind: 'hangAfter' } });
    const { transferId } = await dialing(underTest());

    expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'POST', 'GET']);
  });

  it('costs no result', async () => {
    const { sandbox, client } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    sandbox.fail({ method: 'GET', effect: { kind: 'hangAfter' } });
    const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

    expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
  });
});

describe('ASAPP that asks for a pause', () => {
  it('is asked again after it, and not before: for a result', async () => {
    const { sandbox, client } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    sandbox.fail({ method: 'GET', effect: { kind: 'status', status: 429, retryAfterSeconds: 2 } });
    await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

    const [first, second] = sandbox.requests.filter(
      (request) => request.transferId === transferId && request.method === 'GET',
    );
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1950);
  });

  it("is asked again after it, and not before: for a later leg's number", async () => {
    const { sandbox, client } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.callerHangsUp(transferId);
    await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
    sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 429, retryAfterSeconds: 2 } });
    const later = `${conversationId}-b`;
    await dialing(underTest(), { conversationId, transferId: later });

    const [first, second] = sandbox.requests.filter((request) => request.transferId === later);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1950);
  });
});

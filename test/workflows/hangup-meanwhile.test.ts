import { setTimeout as sleep } from 'node:timers/promises';

import { connected, decisionIn, legIn, newRequest } from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';

const underTest = callTransferForFile();

/** ASAPP answers too late for any limit, milliseconds. */
const NEVER = 60_000;

describe('a hangup while a request to ASAPP is under way', () => {
  it('is heard at once, and nothing is dialled', async () => {
    const { client, sandbox } = underTest();
    const request = newRequest();
    sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'latency', ms: 2000 } });
    const asked = client.requestTransfer(request);
    await sleep(500);
    const report = { transferId: request.transferId, by: 'CUSTOMER' } as const;
    const step = await client.reportDisconnect(request.conversationId, report);

    expect(decisionIn(step)).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', fallback: false });
    expect(await asked).toEqual(step);
    const { decision, legs } = await client.conversation(request.conversationId);
    expect(decision).toEqual(decisionIn(step));
    expect(legs).toMatchObject([{ outcome: 'CUSTOMER_HUNG_UP', connectedAt: null, expiresAt: null }]);
  });

  it("decides the route where it is the customer's, and the context is kept", async () => {
    const { client, sandbox } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
    sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'latency', ms: 1000 } });
    const first = client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    await sleep(200);
    const second = client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });

    expect(decisionIn(await first)).toMatchObject({
      outcome: 'CUSTOMER_HUNG_UP',
      currentTaskName: 'billing',
      route: { type: 'HANG_UP' },
    });
    expect(await second).toEqual(await first);
  });
});

describe('a customer who is back while the result of the leg before is pending', () => {
  it('gets a number without waiting for a result that their route does not need', async () => {
    const { client, sandbox } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'latency', ms: NEVER } });
    await client.signalDisconnected(conversationId, { transferId, by: 'CUSTOMER' });

    const step = await client.requestTransfer(
      newRequest({ conversationId, transferId: `${conversationId}-b` }),
    );

    expect(legIn(step).transferId).toBe(`${conversationId}-b`);
    const { legs } = await client.conversation(conversationId);
    expect(legs).toMatchObject([{ outcome: 'CUSTOMER_HUNG_UP' }, { phase: 'DIALING' }]);
    expect(Date.parse(legs[0]?.endedAt ?? '') - Date.parse(legs[0]?.disconnectedAt ?? '')).toBeLessThan(3000);
  });
});

import { connected, decisionIn, dialing, hungUp } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a disconnect before its connect', () => {
  it('leads to the decision that it leads to in order', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId, transferNumber } = await dialing(underTest);
        sandbox.exchange.callArrives(transferNumber);
        sandbox.exchange.aiEnds(
          transferId,
          { transferType: 'AGENT', currentTaskName: 'billing' },
          { reads: 1 },
        );

        await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        await client.reportConnected(conversationId, { transferId });

        expect(await client.result(conversationId)).toMatchObject({
          transferId,
          outcome: 'AGENT',
          route: { type: 'QUEUE', queue: 'agents' },
          currentTaskName: 'billing',
          fallback: false,
          reason: null,
          legs: [
            {
              transferId,
              outcome: 'AGENT',
              connectedAt: expect.any(String) as string,
              disconnectedAt: expect.any(String) as string,
              detectedBy: 'DISCONNECT_REPORT',
            },
          ],
        });
      }),
    );
  });

  it('learns from ASAPP when the call arrived, where the connect never comes', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId, transferNumber } = await dialing(underTest);
        const { callReceivedAt } = sandbox.exchange.callArrives(transferNumber);
        sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });

        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        expect(decisionIn(step)).toMatchObject({
          outcome: 'SYSTEM',
          legs: [{ connectedAt: new Date(callReceivedAt ?? 0).toISOString() }],
        });
      }),
    );
  });
});

describe('a disconnect that comes twice', () => {
  it('is answered twice with one decision, by whatever way it comes', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' }, { reads: 1 });

        await client.signalDisconnected(conversationId, { transferId });
        const [first, second, third] = await Promise.all([
          client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }),
          client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }),
          client.reportDisconnect(conversationId, { transferId, by: 'UNKNOWN', cause: 'NORMAL' }),
        ]);

        expect(decisionIn(first)).toMatchObject({ outcome: 'AGENT', fallback: false });
        expect(second).toEqual(first);
        expect(third).toEqual(first);
        expect(await client.result(conversationId)).toEqual(decisionIn(first));
        expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET', 'GET']);
      }),
    );
  });
});

describe('a disconnect after the end', () => {
  it('is answered with the decision that was made, and is visible', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client } = underTest;
        const { conversationId, transferId, decision } = await hungUp(underTest);

        const again = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        await client.reportConnected(conversationId, { transferId });

        expect(decisionIn(again)).toEqual(decision);
        expect(decision).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', route: { type: 'HANG_UP' } });
        const view = await client.conversation(conversationId);
        expect(view.decision).toEqual(decision);
        expect(view.legs).toHaveLength(1);
        expect(view.ignoredEvents).toMatchObject({
          count: 2,
          latest: [
            { event: 'disconnected', transferId, why: 'the leg has ended' },
            { event: 'connected', transferId, why: 'the leg has ended' },
          ],
        });
      }),
    );
  });

  it('is answered with the decision also when the conversation has closed', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const first = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        await client.result(conversationId);

        expect(await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' })).toEqual(first);
        expect(await client.signalDisconnected(conversationId, { transferId })).toBe(false);
        expect(await client.reportConnected(conversationId, { transferId })).toBe(false);
      }),
    );
  });
});

import { CallTransferClient } from '../../src/index';
import { connected, decisionIn, hungUp } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a signal for a leg that nobody knows', () => {
  it('ends no leg, and is visible', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);

        await client.signalDisconnected(conversationId, { transferId: 'another', by: 'CUSTOMER' });
        await client.reportConnected(conversationId, { transferId: 'another' });

        expect(await client.conversation(conversationId)).toMatchObject({
          currentTransferId: transferId,
          phase: 'CONNECTED',
          decision: null,
          legs: [{ transferId, phase: 'CONNECTED', disconnectedAt: null }],
          ignoredEvents: {
            count: 2,
            latest: [
              { event: 'disconnected', transferId: 'another', why: 'no leg has this transferId' },
              { event: 'connected', transferId: 'another', why: 'no leg has this transferId' },
            ],
          },
        });

        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId });
        expect(decisionIn(step)).toMatchObject({ transferId, outcome: 'AGENT' });
      }),
    );
  });
});

describe('word of an earlier leg', () => {
  it('does not end the newer one, as a signal or as an update', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const first = await hungUp(underTest);
        const { conversationId } = first;
        const second = await connected(underTest, { conversationId, transferId: `${conversationId}-b` });

        await client.signalDisconnected(conversationId, { transferId: first.transferId, by: 'CUSTOMER' });
        const repeated = await client.reportDisconnect(conversationId, {
          transferId: first.transferId,
          by: 'GENERATIVE_AGENT',
        });

        expect(decisionIn(repeated)).toEqual(first.decision);
        expect(await client.conversation(conversationId)).toMatchObject({
          currentTransferId: second.transferId,
          phase: 'CONNECTED',
          legs: [
            { transferId: first.transferId, phase: 'ENDED', outcome: 'CUSTOMER_HUNG_UP' },
            { transferId: second.transferId, phase: 'CONNECTED', outcome: null },
          ],
          ignoredEvents: {
            count: 2,
            latest: [
              { event: 'disconnected', transferId: first.transferId, why: 'a newer leg has begun' },
              { event: 'disconnected', transferId: first.transferId, why: 'a newer leg has begun' },
            ],
          },
        });

        sandbox.exchange.aiEnds(second.transferId, { transferType: 'AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId: second.transferId });
        expect(decisionIn(step)).toMatchObject({ transferId: second.transferId, outcome: 'AGENT' });
      }),
    );
  });
});

test('a connect that comes twice changes nothing, and is visible', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      const { legs } = await client.conversation(conversationId);

      await client.reportConnected(conversationId, { transferId, at: '2031-01-01T00:00:00Z' });

      expect(await client.conversation(conversationId)).toMatchObject({
        phase: 'CONNECTED',
        legs,
        ignoredEvents: {
          count: 1,
          latest: [{ event: 'connected', transferId, why: 'repeated or out of order' }],
        },
      });
    }),
  );
});

test('a signal to a conversation that nobody knows reaches nobody, and says so', async () => {
  await withRealServer({}, async (env) => {
    const client = new CallTransferClient(env.client);
    expect(await client.reportConnected('never-begun', { transferId: 'never-begun-a' })).toBe(false);
    expect(await client.signalDisconnected('never-begun', { transferId: 'never-begun-a' })).toBe(false);
  });
});

import { requestTransferUpdate, type RoutingPolicy } from '../../src/index';
import { connected, decisionIn, dialing, legIn, withSkippedTime, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const redialing: RoutingPolicy = ({ outcome }) => ({
  route: 'fallback',
  redial: outcome === 'NUMBER_EXPIRED',
});

describe('a number that expires without a connect', () => {
  it('is a call where ASAPP says that one arrived: the connect was lost', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox, pass } = underTest;
      const { conversationId, transferId, transferNumber } = await dialing(underTest);
      sandbox.exchange.callArrives(transferNumber);

      await pass(61_000);
      expect(await client.conversation(conversationId)).toMatchObject({
        phase: 'CONNECTED',
        decision: null,
        legs: [{ connectedAt: expect.any(String) as string, connectedAfterExpiry: false }],
      });

      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
      expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET', 'GET']);
    });
  });

  it('ends the leg where ASAPP says that none arrived', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, sandbox, pass } = underTest;
      const { conversationId, transferId } = await dialing(underTest);

      await pass(61_000);

      expect(await client.result(conversationId)).toMatchObject({
        transferId,
        outcome: 'NUMBER_EXPIRED',
        route: { type: 'QUEUE', queue: 'agents' },
        fallback: true,
        reason: 'NUMBER_NOT_DIALLED_IN_TIME',
        legs: [{ connectedAt: null, disconnectedAt: null, detectedBy: 'NUMBER_EXPIRY' }],
      });
      expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
    });
  });

  it('ends the leg also where ASAPP cannot be reached', async () => {
    // A worker remembers that ASAPP is down: this one is the test's own.
    await withSkippedTime({ worker: {} }, async (underTest) => {
      const { client, sandbox, pass } = underTest;
      const { conversationId } = await dialing(underTest);
      sandbox.fail({ method: 'GET', times: 1000, effect: { kind: 'status', status: 500 } });

      await pass(61_000);

      expect(await client.result(conversationId)).toMatchObject({
        outcome: 'NUMBER_EXPIRED',
        fallback: true,
      });
    });
  });
});

describe('a connect after the expiry, when ASAPP says EXPIRED', () => {
  it('answers with a route, and shows that the caller may be with a stranger', async () => {
    await withSkippedTime({}, async (underTest) => {
      const { client, pass } = underTest;
      const { conversationId, transferId } = await dialing(underTest);
      await pass(61_000);

      await client.reportConnected(conversationId, { transferId });

      const view = await client.conversation(conversationId);
      expect(view).toMatchObject({
        phase: 'ENDED',
        nextStep: { action: 'ROUTE', decision: { outcome: 'NUMBER_EXPIRED' } },
        legs: [{ outcome: 'NUMBER_EXPIRED', connectedAfterExpiry: true }],
      });
      const step = await client.reportDisconnect(conversationId, { transferId });
      expect(decisionIn(step)).toEqual(view.decision);
    });
  });

  it('answers with one fresh number where the policy redials', async () => {
    await withSkippedTime({ routing: redialing }, async (underTest) => {
      const { client, env, sandbox, pass } = underTest;
      const { conversationId, transferId, transferNumber } = await dialing(underTest);
      await pass(61_000);
      const stranger = sandbox.exchange.create(
        'stranger',
        'strangers-conversation',
        { type: 'PHONE_NUMBER', country: 'US' },
        undefined,
      );
      expect(stranger?.transferNumber).toBe(transferNumber);
      await client.reportConnected(conversationId, { transferId });

      const fresh = legIn(
        await workflowOf(env, conversationId).executeUpdate(requestTransferUpdate, {
          args: [{ transferId }],
        }),
      );

      expect(fresh.transferId).not.toBe(transferId);
      expect(fresh.transferNumber).not.toBe(transferNumber);
      expect(sandbox.exchange.callArrives(fresh.transferNumber)).toMatchObject({
        id: fresh.transferId,
        externalConversationId: conversationId,
      });
    });
  });

  it('is not believed where ASAPP noticed the expiry before Temporal did', async () => {
    let ahead = 0;
    await withRealServer({}, (env) =>
      withCallTransfer(env, { sandbox: { now: () => Date.now() + ahead } }, async (underTest) => {
        const { client } = underTest;
        const { conversationId, transferId, expiresAt } = await dialing(underTest);
        ahead = 61_000;

        await client.reportConnected(conversationId, { transferId, at: expiresAt });
        const step = await client.reportDisconnect(conversationId, { transferId });

        expect(decisionIn(step)).toMatchObject({ outcome: 'NUMBER_EXPIRED', fallback: true });
      }),
    );
  });
});

test('a late connect that ASAPP confirms is a call like any other', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId, transferNumber, expiresAt } = await dialing(underTest);
      sandbox.exchange.callArrives(transferNumber);
      await client.reportConnected(conversationId, { transferId, at: expiresAt });
      sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM' });

      const step = await client.reportDisconnect(conversationId, { transferId });

      expect(decisionIn(step)).toMatchObject({ outcome: 'SYSTEM', fallback: false });
    }),
  );
});

test('a call that was connected in time does not end when its number expires', async () => {
  await withSkippedTime({}, async (underTest) => {
    const { client, sandbox, pass } = underTest;
    const { conversationId, transferId } = await connected(underTest);

    await pass(120_000);

    expect(await client.conversation(conversationId)).toMatchObject({ phase: 'CONNECTED', decision: null });
    expect(sandbox.requestsFor(transferId)).toEqual(['POST']);
  });
});

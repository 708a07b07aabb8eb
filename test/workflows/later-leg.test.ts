import { setTimeout as sleep } from 'node:timers/promises';

import { defaultSettings } from '../../src/contract/default-settings';
import { legWorkflowId } from '../../src/index';
import { applyLegEvent, newLeg } from '../../src/leg/leg-state';
import { connected, decisionIn, dialing, hungUp, newRequest, type TestCall } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const agent = { outcome: 'AGENT', fallback: false };

/** A customer who hung up and called again, with GenerativeAgent on the call. */
async function reconnected(underTest: CallTransferUnderTest): Promise<TestCall> {
  const { conversationId } = await hungUp(underTest);
  return await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
}

describe('the workflow of a later leg', () => {
  it('ends as its conversation says', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await reconnected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        const child = env.client.workflow.getHandle(legWorkflowId(conversationId, transferId));
        const [, leg] = (await client.result(conversationId)).legs;
        expect(await child.result()).toMatchObject({ ...leg, outcome: 'AGENT' });
        expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
      }),
    );
  });

  it('hears what came before it began', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ taskQueue }) => {
        const conversationId = uniqueId('conversation');
        const transferId = `${conversationId}-b`;
        const now = Date.now();
        const request = {
          ...{ conversationId, transferId, legNumber: 2, country: 'US' },
          ...{ requestedAt: now, requestBy: now + 5000 },
        };
        const assigned = {
          ...{ transferNumber: '+12005550100', country: 'US' },
          ...{ expiresAt: now + 60_000, dialBy: now + 48_000 },
        };
        const state = applyLegEvent(newLeg(transferId, now), {
          type: 'numberAssigned',
          number: assigned,
          now,
        });
        const child = await env.client.workflow.signalWithStart('reconnectionLegWorkflow', {
          workflowId: legWorkflowId(conversationId, transferId),
          taskQueue,
          args: [{ request, settings: { ...defaultSettings, workflowRevision: 2 }, state }],
          signal: 'callTransferLegOrder',
          signalArgs: [{ type: 'connected', at: now, now }],
        });
        const end = {
          outcome: 'AGENT',
          reason: null,
          detectedBy: 'DISCONNECT_REPORT',
          context: null,
          endedAt: now,
        };
        await child.signal('callTransferLegOrder', {
          ...{ type: 'settled', connectedAt: now, disconnectedAt: now, end, now },
        });

        expect(await child.result()).toMatchObject({
          outcome: 'AGENT',
          connectedAt: new Date(now).toISOString(),
        });
      }),
    );
  });

  it('is not missed where somebody ends it: the leg goes on', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await reconnected(underTest);
        const child = env.client.workflow.getHandle(legWorkflowId(conversationId, transferId));
        await child.terminate();
        await sleep(500);
        expect(await client.conversation(conversationId)).toMatchObject({ phase: 'CONNECTED' });

        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        expect(decisionIn(step)).toMatchObject(agent);
        expect(await client.result(conversationId)).toEqual(decisionIn(step));
      }),
    );
  });

  it('is not needed for a call whose hangup is lost, where somebody ends it', async () => {
    const settings = { statusCheckIntervalMs: 1000 };
    await withRealServer({}, (env) =>
      withCallTransfer(env, { settings }, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await reconnected(underTest);
        await env.client.workflow.getHandle(legWorkflowId(conversationId, transferId)).terminate();
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });

        expect(await client.result(conversationId)).toMatchObject({
          ...agent,
          legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { transferId, detectedBy: 'STATUS_CHECK' }],
        });
      }),
    );
  });
});

test('a number of a later leg that is too old to be dialled when it is asked for again is a decision', async () => {
  // A number is to be dialled within a second.
  const settings = { dialMarginMs: 59_000 };
  await withRealServer({}, (env) =>
    withCallTransfer(env, { settings }, async (underTest) => {
      const { client } = underTest;
      const { conversationId } = await hungUp(underTest);
      const transferId = `${conversationId}-b`;
      await dialing(underTest, { conversationId, transferId });
      await sleep(1500);

      const step = await client.requestTransfer(newRequest({ conversationId, transferId }));
      expect(decisionIn(step)).toMatchObject({
        outcome: 'NUMBER_EXPIRED',
        fallback: true,
        legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { transferId, outcome: 'NUMBER_EXPIRED' }],
      });
      const child = env.client.workflow.getHandle(legWorkflowId(conversationId, transferId));
      expect(await child.result()).toMatchObject({ transferId, outcome: 'NUMBER_EXPIRED' });
    }),
  );
});

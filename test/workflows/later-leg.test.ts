import { setTimeout as sleep } from 'node:timers/promises';

import { legWorkflowId } from '../../src/index';
import { connected, decisionIn, dialing, hungUp, newRequest, type TestCall } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const agent = { outcome: 'AGENT', fallback: false };

/** A customer who hung up and called again, with GenerativeAgent on the call. */
async function reconnected(underTest: CallTransferUnderTest): Promise<TestCall> {
  const { conversationId } = await hungUp(underTest);
  return await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
}

describe('the workflow of a later leg', () => {
  it('runs the whole leg, from the request to the result', async () => {
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

  it.each(['a', '語', '\u{1f600}'])('runs for ids as long as they may be, of %s', async (character) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId } = await hungUp(underTest, {
          conversationId: character.repeat(200),
          transferId: `${character.repeat(199)}a`,
        });
        const transferId = `${character.repeat(199)}b`;
        await connected(underTest, { conversationId, transferId });
        const child = env.client.workflow.getHandle(legWorkflowId(conversationId, transferId));
        expect((await child.describe()).status.name).toBe('RUNNING');

        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const report = { transferId, by: 'GENERATIVE_AGENT', cause: '語'.repeat(64) } as const;
        expect(decisionIn(await client.reportDisconnect(conversationId, report))).toMatchObject(agent);
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

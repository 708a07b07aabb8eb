import { askPlainly, connected, legIn, newRequest, workflowOf } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('an ask that is sent again under its update id', () => {
  it('is answered the same, for one number', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ client, sandbox }) => {
        const request = newRequest();

        const first = await client.requestTransfer(request);
        const second = await client.requestTransfer(request);

        expect(first.action).toBe('DIAL');
        expect(second).toEqual(first);
        expect(sandbox.requestsFor(request.transferId)).toEqual(['POST']);
      }),
    );
  });

  it('starts no new run when the conversation has closed', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const end = await client.reportDisconnect(conversationId, { transferId });
        await client.result(conversationId);
        const { runId } = await workflowOf(env, conversationId).describe();

        await client.requestTransfer(newRequest({ conversationId }));
        expect(await client.reportDisconnect(conversationId, { transferId })).toEqual(end);

        expect((await workflowOf(env, conversationId).describe()).runId).toBe(runId);
        expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
      }),
    );
  });
});

describe('an ask for the first leg under another update id', () => {
  it.each([
    ['no payload', undefined],
    ['an empty request', {}],
    ['null as transferId', { transferId: null }],
    ['null everywhere', { transferId: null, country: null, inputContext: null, at: null }],
  ])('is answered the same: %s', async (_, request) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const input = newRequest();
        const workflowId = `call-transfer/${input.conversationId}`;

        const first = await askPlainly(underTest, input, { workflowId, request });
        const again = await askPlainly(underTest, input, { workflowId, request });
        const named = await askPlainly(underTest, input, {
          workflowId,
          request: { transferId: input.transferId },
        });

        expect(legIn(first).transferId).toBe(input.transferId);
        expect(again).toEqual(first);
        expect(named).toEqual(first);
        expect(underTest.sandbox.requestsFor(input.transferId)).toEqual(['POST']);
      }),
    );
  });

  it('is answered the same where nobody gave it an id', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const conversationId = uniqueId('conversation');
        const workflowId = `call-transfer/${conversationId}`;
        const input = { conversationId, transferId: null, country: 'US' };

        const steps = await Promise.all(
          [1, 2, 3, 4].map(() => askPlainly(underTest, input, { workflowId, request: {} })),
        );

        const leg = legIn(steps[0] ?? (await Promise.reject(new Error('no answer'))));
        expect(leg.transferId).toMatch(/^[0-9a-f-]{36}$/);
        expect(steps.map((step) => legIn(step))).toEqual([leg, leg, leg, leg]);
        expect(underTest.sandbox.exchange.conversation(conversationId)).toHaveLength(1);
      }),
    );
  });

  it('takes the id of the request that came with the start', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const conversationId = uniqueId('conversation');
        const step = await askPlainly(
          underTest,
          { conversationId, country: 'US' },
          { workflowId: `call-transfer/${conversationId}`, request: { transferId: `${conversationId}-a` } },
        );
        expect(legIn(step).transferId).toBe(`${conversationId}-a`);
      }),
    );
  });

  it('hands out no number that is connected already', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId, transferId } = await connected(underTest);

        await expect(
          workflowOf(env, conversationId).executeUpdate('requestTransfer', { args: [{ transferId }] }),
        ).rejects.toMatchObject({ cause: { type: 'NumberNotDialable' } });
      }),
    );
  });
});

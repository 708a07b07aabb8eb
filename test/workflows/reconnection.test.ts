import { connected, decisionIn, dialing, hungUp, legIn, newRequest, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };

describe('a customer who calls again inside the window', () => {
  it('gets a leg in a workflow of its own, whose result is the leg alone', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const first = await hungUp(underTest, { inputContext });
        const { conversationId } = first;
        const transferId = `${conversationId}-b`;
        const { runId } = await workflowOf(env, conversationId).describe();

        await connected(underTest, { conversationId, transferId });
        sandbox.exchange.aiEnds(transferId, {
          transferType: 'AGENT',
          currentTaskName: 'billing',
          transferVariables: { balance: '12' },
        });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        expect(decisionIn(step)).toMatchObject({
          conversationId,
          transferId,
          outcome: 'AGENT',
          route: { type: 'QUEUE', queue: 'agents' },
          currentTaskName: 'billing',
          fallback: false,
          legs: [
            { transferId: first.transferId, outcome: 'CUSTOMER_HUNG_UP' },
            { transferId, outcome: 'AGENT', detectedBy: 'DISCONNECT_REPORT' },
          ],
        });
        expect(await client.result(conversationId)).toEqual(decisionIn(step));
        const child = env.client.workflow.getHandle(`call-transfer/${conversationId}/${transferId}`);
        expect(await child.result()).toMatchObject({
          transferId,
          outcome: 'AGENT',
          reason: null,
          currentTaskName: 'billing',
          transferVariables: { balance: '12' },
          detectedBy: 'DISCONNECT_REPORT',
        });
        expect((await workflowOf(env, conversationId).describe()).runId).toBe(runId);
        // A task that a signal interrupts asks again.
        expect(sandbox.requestsFor(transferId).slice(0, 2)).toEqual(['POST', 'GET']);
      }),
    );
  });

  it('is asked for with a new id, the same conversation, and a context only where one is given', async () => {
    const bodies: unknown[] = [];
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { exchange } = underTest.sandbox;
        const create = exchange.create.bind(exchange);
        exchange.create = (id, conversation, transport, context) => {
          bodies.push({ id, conversation, ...transport, context });
          return create(id, conversation, transport, context);
        };
        const { conversationId } = await hungUp(underTest, { inputContext });
        await hungUp(underTest, { conversationId, transferId: `${conversationId}-b` });
        await dialing(underTest, {
          conversationId,
          transferId: `${conversationId}-c`,
          country: 'GB',
          inputContext: { taskName: 'billing' },
        });

        expect(bodies).toEqual([
          {
            id: `${conversationId}-a`,
            conversation: conversationId,
            type: 'PHONE_NUMBER',
            country: 'US',
            context: inputContext,
          },
          {
            id: `${conversationId}-b`,
            conversation: conversationId,
            type: 'PHONE_NUMBER',
            country: 'US',
            context: undefined,
          },
          {
            id: `${conversationId}-c`,
            conversation: conversationId,
            type: 'PHONE_NUMBER',
            country: 'GB',
            context: { taskName: 'billing' },
          },
        ]);
      }),
    );
  });

  it('falls back where ASAPP gives no number', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId } = await hungUp(underTest);
        sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
        const transferId = `${conversationId}-b`;

        const step = await client.requestTransfer(newRequest({ conversationId, transferId }));

        expect(decisionIn(step)).toMatchObject({
          transferId,
          outcome: 'TRANSFER_UNAVAILABLE',
          fallback: true,
          reason: 'ASAPP_CREDENTIALS_REFUSED',
        });
      }),
    );
  });

  it('is heard, though nobody said that the leg before had ended', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.callerHangsUp(transferId);

        const second = await dialing(underTest, { conversationId, transferId: `${conversationId}-b` });

        expect((await client.conversation(conversationId)).legs).toMatchObject([
          { transferId, outcome: 'CUSTOMER_HUNG_UP', detectedBy: 'STATUS_CHECK' },
          { transferId: second.transferId, phase: 'DIALING' },
        ]);
      }),
    );
  });
});

describe('a customer who calls again later', () => {
  it('starts a new run after the window', async () => {
    const settings = { reconnectWindowMs: { CUSTOMER_HUNG_UP: 500 } };
    await withRealServer({}, (env) =>
      withCallTransfer(env, { settings }, async (underTest) => {
        const { client } = underTest;
        const { conversationId, decision } = await hungUp(underTest);
        expect(await client.result(conversationId)).toEqual(decision);
        const { runId } = await workflowOf(env, conversationId).describe();

        const transferId = `${conversationId}-b`;
        legIn(await client.requestTransfer(newRequest({ conversationId, transferId })));

        expect((await workflowOf(env, conversationId).describe()).runId).not.toBe(runId);
        expect((await client.conversation(conversationId)).legs).toMatchObject([{ transferId }]);
      }),
    );
  });

  it('starts a new run after a decision that ended the conversation', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        await client.reportDisconnect(conversationId, { transferId });

        const second = `${conversationId}-b`;
        legIn(await client.requestTransfer(newRequest({ conversationId, transferId: second })));

        expect(sandbox.exchange.conversation(conversationId).map(({ id }) => id)).toEqual([
          transferId,
          second,
        ]);
      }),
    );
  });
});

test.each([
  ['is dialled', dialing],
  ['is connected', connected],
] as const)('a new leg is refused while another %s', async (_, bring) => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await bring(underTest);

      await expect(
        client.requestTransfer(newRequest({ conversationId, transferId: `${conversationId}-b` })),
      ).rejects.toMatchObject({
        type: 'LegInProgress',
        message: expect.stringContaining(transferId) as string,
      });
      expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
      expect((await client.conversation(conversationId)).currentTransferId).toBe(transferId);
    }),
  );
});

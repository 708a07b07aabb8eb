import type { RoutingPolicy } from '../../src/index';
import { decisionIn, dialing, legIn, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a dial that fails', () => {
  it.each([
    ['BUSY', 'DIAL_BUSY', ['POST']],
    ['NO_ANSWER', 'DIAL_NO_ANSWER', ['POST']],
    ['REJECTED', 'DIAL_REJECTED', ['POST']],
    ['FAILED', 'DIAL_FAILED', ['POST', 'GET']],
  ] as const)('with %s falls back with %s', async (cause, reason, requests) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await dialing(underTest);

        const step = await client.reportDisconnect(conversationId, { transferId, cause });

        expect(decisionIn(step)).toMatchObject({
          transferId,
          outcome: 'DIAL_FAILED',
          route: { type: 'QUEUE', queue: 'agents' },
          fallback: true,
          reason,
          legs: [{ transferId, outcome: 'DIAL_FAILED', connectedAt: null, detectedBy: 'DISCONNECT_REPORT' }],
        });
        expect(await client.result(conversationId)).toEqual(decisionIn(step));
        expect(sandbox.requestsFor(transferId)).toEqual(requests);
      }),
    );
  });
});

const redialing: RoutingPolicy = ({ outcome, reason, legNumber }) => ({
  route: { fallback: reason, legNumber },
  redial: outcome === 'DIAL_FAILED',
});

describe('a policy that redials', () => {
  it('answers with one fresh number, in a leg of its own, and then falls back', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, { routing: redialing }, async (underTest) => {
        const { client, sandbox } = underTest;
        const first = await dialing(underTest);
        const { conversationId } = first;

        const fresh = legIn(
          await client.reportDisconnect(conversationId, { transferId: first.transferId, cause: 'BUSY' }),
        );

        expect(fresh.transferId).not.toBe(first.transferId);
        expect(fresh.transferNumber).not.toBe(first.transferNumber);
        expect(sandbox.exchange.conversation(conversationId).map(({ id }) => id)).toEqual([
          first.transferId,
          fresh.transferId,
        ]);
        const child = env.client.workflow.getHandle(`call-transfer/${conversationId}/${fresh.transferId}`);
        expect((await child.describe()).type).toBe('reconnectionLegWorkflow');

        const end = await client.reportDisconnect(conversationId, {
          transferId: fresh.transferId,
          cause: 'NO_ANSWER',
        });

        expect(decisionIn(end)).toMatchObject({
          transferId: fresh.transferId,
          outcome: 'DIAL_FAILED',
          route: { fallback: 'DIAL_NO_ANSWER', legNumber: 2 },
          fallback: true,
          reason: 'DIAL_NO_ANSWER',
          legs: [
            { transferId: first.transferId, outcome: 'DIAL_FAILED' },
            { transferId: fresh.transferId, outcome: 'DIAL_FAILED' },
          ],
        });
        expect(await client.result(conversationId)).toEqual(decisionIn(end));
      }),
    );
  });

  it('lets the fresh number be a call like any other', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, { routing: redialing }, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await dialing(underTest);
        const fresh = legIn(await client.reportDisconnect(conversationId, { transferId, cause: 'REJECTED' }));
        sandbox.exchange.callArrives(fresh.transferNumber);
        await client.reportConnected(conversationId, { transferId: fresh.transferId });
        sandbox.exchange.aiEnds(fresh.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

        const step = await client.reportDisconnect(conversationId, { transferId: fresh.transferId });

        expect(decisionIn(step)).toMatchObject({
          transferId: fresh.transferId,
          outcome: 'AGENT',
          route: { fallback: null, legNumber: 2 },
          currentTaskName: 'billing',
          fallback: false,
        });
      }),
    );
  });

  it('requests no number where nobody waits for an answer', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, { routing: redialing }, async (underTest) => {
        const { client, env: temporal, sandbox } = underTest;
        const { conversationId, transferId } = await dialing(underTest);

        await client.signalDisconnected(conversationId, { transferId, cause: 'BUSY' });

        expect(await client.result(conversationId)).toMatchObject({
          outcome: 'DIAL_FAILED',
          route: { fallback: 'DIAL_BUSY', legNumber: 1 },
        });
        expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
        expect((await workflowOf(temporal, conversationId).describe()).status.name).toBe('COMPLETED');
      }),
    );
  });
});

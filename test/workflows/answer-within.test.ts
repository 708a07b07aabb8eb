import { conversationWorkflowId, type LegView, type NextStep } from '../../src';
import { askPlainly, connected, decisionIn, hungUp, newRequest, workflowOf } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

/** How long the leg took from one of its times to its end, by the workflow's clock. */
const tookSince = (leg: LegView | undefined, from: 'requestedAt' | 'disconnectedAt') =>
  Date.parse(leg?.endedAt ?? '') - Date.parse(leg?.[from] ?? '');

/** What the asker says, long before the workflow's own limits; and what a slow machine may add. */
const answerWithinMs = 4000;
const IN_TIME_MS = 10_000;

type Report = (conversationId: string, transferId: string) => Promise<NextStep>;

const withCalls = <T>(body: (underTest: CallTransferUnderTest, report: Report) => Promise<T>) =>
  withRealServer({}, (env) =>
    withCallTransfer(env, {}, (underTest) =>
      body(underTest, (conversationId, transferId) =>
        workflowOf(env, conversationId).executeUpdate<NextStep, [object]>('reportDisconnect', {
          args: [{ transferId, by: 'GENERATIVE_AGENT', answerWithinMs }],
        }),
      ),
    ),
  );

describe('an asker who waits less long than the hard limit', () => {
  test('is answered in time where ASAPP gives no number', async () => {
    await withCalls(async (underTest) => {
      const { client, sandbox } = underTest;
      sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      const request = newRequest();
      const workflowId = conversationWorkflowId(request.conversationId);
      const step = await askPlainly(underTest, request, { workflowId, request: { answerWithinMs } });
      expect(decisionIn(step).outcome).toBe('TRANSFER_UNAVAILABLE');
      const { legs } = await client.conversation(request.conversationId);
      expect(tookSince(legs[0], 'requestedAt')).toBeLessThan(IN_TIME_MS);
    });
  });

  test('is answered in time where the result cannot be had', async () => {
    await withCalls(async (underTest, report) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      expect(decisionIn(await report(conversationId, transferId)).outcome).toBe('CONTEXT_UNAVAILABLE');
      const { legs } = await client.conversation(conversationId);
      expect(tookSince(legs[0], 'disconnectedAt')).toBeLessThan(IN_TIME_MS);
    });
  });

  test('is answered in time about a reconnection, too', async () => {
    await withCalls(async (underTest, report) => {
      const { client, sandbox } = underTest;
      const { conversationId } = await hungUp(underTest);
      const again = { conversationId, transferId: `${conversationId}-b` };
      const { transferId } = await connected(underTest, again);
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      expect(decisionIn(await report(conversationId, transferId)).outcome).toBe('CONTEXT_UNAVAILABLE');
      const { legs } = await client.conversation(conversationId);
      expect(tookSince(legs[1], 'disconnectedAt')).toBeLessThan(IN_TIME_MS);
    });
  });
});

import type { LegView } from '../../src';
import { connected, decisionIn, hungUp, newRequest } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const withCalls = <T>(body: (underTest: CallTransferUnderTest) => Promise<T>) =>
  withRealServer({}, (env) => withCallTransfer(env, unhurried, body));

/** How long the leg took from one of its times to its end, by the workflow's clock. */
const tookSince = (leg: LegView | undefined, from: 'requestedAt' | 'disconnectedAt') =>
  Date.parse(leg?.endedAt ?? '') - Date.parse(leg?.[from] ?? '');

/** The asker waits so long; the answer is on its way a little earlier, and long before the workflow's own limits. */
const ASK = { answerTimeoutMs: 6000 };
const IN_TIME_MS = 7000;

describe('an asker who waits less long than the hard limit', () => {
  test('is answered in time where ASAPP gives no number', async () => {
    await withCalls(async ({ client, sandbox }) => {
      sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      const request = newRequest();
      const { outcome } = decisionIn(await client.requestTransfer(request, ASK));
      expect(outcome).toBe('TRANSFER_UNAVAILABLE');
      const { legs } = await client.conversation(request.conversationId);
      expect(tookSince(legs[0], 'requestedAt')).toBeLessThan(IN_TIME_MS);
    });
  });

  test('is answered in time where the result cannot be had', async () => {
    await withCalls(async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      const report = { transferId, by: 'GENERATIVE_AGENT' } as const;
      const decision = decisionIn(await client.reportDisconnect(conversationId, report, ASK));
      expect(decision.outcome).toBe('CONTEXT_UNAVAILABLE');
      const { legs } = await client.conversation(conversationId);
      expect(tookSince(legs[0], 'disconnectedAt')).toBeLessThan(IN_TIME_MS);
    });
  });

  test('is answered in time about a reconnection, too', async () => {
    await withCalls(async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId } = await hungUp(underTest);
      const { transferId } = await connected(underTest, {
        conversationId,
        transferId: `${conversationId}-b`,
      });
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
      const report = { transferId, by: 'GENERATIVE_AGENT' } as const;
      const decision = decisionIn(await client.reportDisconnect(conversationId, report, ASK));
      expect(decision.outcome).toBe('CONTEXT_UNAVAILABLE');
      const { legs } = await client.conversation(conversationId);
      expect(tookSince(legs[1], 'disconnectedAt')).toBeLessThan(IN_TIME_MS);
    });
  });
});

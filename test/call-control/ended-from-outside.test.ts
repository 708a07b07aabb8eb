import { setTimeout as sleep } from 'node:timers/promises';

import { connected, decisionIn, newRequest, workflowOf } from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';
import { stepIn, withGateway } from '../support/with-gateway';

const underTest = callTransferForFile();
const slow = { kind: 'latency', ms: 2000 } as const;

describe('a caller whose workflow is terminated gets the fallback route', () => {
  it('after a report, also at each repetition', async () => {
    const { client, sandbox, env } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.fail({ method: 'GET', times: 'untilHealed', effect: slow });
    await withGateway({ client }, async ({ api, legEvent }) => {
      const report = { transferId, by: 'GENERATIVE_AGENT' };
      const reported = () => api(`/v1/conversations/${conversationId}/report-disconnect`, report);
      const waiting = reported();
      await sleep(500);
      await workflowOf(env, conversationId).terminate();

      const event = { type: 'leg.disconnected', data: { conversationId, ...report } };
      for (const answer of [await waiting, await reported(), await reported(), await legEvent(event)]) {
        expect(decisionIn(stepIn(answer))).toMatchObject({ outcome: 'CONTEXT_UNAVAILABLE', fallback: true });
      }
    });
  });

  it('after a request', async () => {
    const { client, sandbox, env } = underTest();
    const { conversationId, ...request } = newRequest();
    sandbox.fail({ method: 'POST', times: 'untilHealed', effect: slow });
    await withGateway({ client }, async ({ api }) => {
      const waiting = api(`/v1/conversations/${conversationId}/request-transfer`, request);
      await sleep(500);
      await workflowOf(env, conversationId).terminate();

      const decision = decisionIn(stepIn(await waiting));
      expect(decision).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE', fallback: true });
    });
  });
});

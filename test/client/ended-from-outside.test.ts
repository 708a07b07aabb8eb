import { setTimeout as sleep } from 'node:timers/promises';

import { CALL_TRANSFER_WORKFLOW, conversationWorkflowId, NoAnswerError } from '../../src/index';
import { connected, newRequest, workflowOf } from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';

const underTest = callTransferForFile();

describe('a workflow that is terminated while call control waits', () => {
  it('is no answer to a report, also when that is repeated', async () => {
    const { client, sandbox, env } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'latency', ms: 2000 } });
    const report = { transferId, by: 'GENERATIVE_AGENT' } as const;
    const waiting = client.reportDisconnect(conversationId, report);
    const refused = waiting.catch((error: unknown) => error);
    await sleep(500);
    await workflowOf(env, conversationId).terminate();

    expect(await refused).toBeInstanceOf(NoAnswerError);
    await expect(client.reportDisconnect(conversationId, report)).rejects.toBeInstanceOf(NoAnswerError);
  });

  it('is no answer to a request', async () => {
    const { client, sandbox, env } = underTest();
    const request = newRequest();
    sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'latency', ms: 2000 } });
    const refused = client.requestTransfer(request).catch((error: unknown) => error);
    await sleep(500);
    await workflowOf(env, request.conversationId).terminate();

    expect(await refused).toBeInstanceOf(NoAnswerError);
  });
});

test('a workflow that times out while call control waits is no answer either, also when the report is repeated', async () => {
  const { client, sandbox, env, taskQueue } = underTest();
  const request = newRequest();
  await env.client.workflow.start(CALL_TRANSFER_WORKFLOW, {
    workflowId: conversationWorkflowId(request.conversationId),
    taskQueue,
    args: [request],
    workflowExecutionTimeout: '3 seconds',
  });
  const { conversationId, transferId } = await connected(underTest(), request);
  sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'latency', ms: 5000 } });
  const reported = () => client.reportDisconnect(conversationId, { transferId });

  await expect(reported()).rejects.toBeInstanceOf(NoAnswerError);
  await expect(reported()).rejects.toBeInstanceOf(NoAnswerError);
});

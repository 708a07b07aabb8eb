import { askPlainly, newRequest } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { callTransferForFile } from '../support/with-call-transfer';

const underTest = callTransferForFile();

const invalid = (field: RegExp) => ({
  cause: { type: 'InvalidInput', message: expect.stringMatching(field) as string },
});

describe('what starts a conversation', () => {
  it('is refused under another workflow id, and no number is requested', async () => {
    const request = newRequest();
    const workflowId = uniqueId('another');

    await expect(askPlainly(underTest(), request, { workflowId })).rejects.toMatchObject(
      invalid(/conversationId: the workflow id must be call-transfer\//),
    );
    await expect(underTest().env.client.workflow.getHandle(workflowId).result()).rejects.toMatchObject(
      invalid(/conversationId/),
    );
    expect(underTest().sandbox.requestsFor(request.transferId)).toEqual([]);
  });

  it.each([[{}], [{ legs: [] }], ['text']])('is refused with a second argument: %j', async (second) => {
    const { conversationId, transferId, country } = newRequest();
    const handle = await underTest().env.client.workflow.start('callTransferWorkflow', {
      workflowId: `call-transfer/${conversationId}`,
      taskQueue: underTest().taskQueue,
      args: [{ conversationId, transferId, country }, second],
    });

    await expect(handle.result()).rejects.toMatchObject(invalid(/one argument/));
    expect(underTest().sandbox.requestsFor(transferId)).toEqual([]);
  });

  it('is refused together with a request that is not valid, and no number is requested', async () => {
    const request = newRequest();
    const workflowId = `call-transfer/${request.conversationId}`;

    await expect(
      askPlainly(underTest(), request, { workflowId, request: { country: 'Atlantis' } }),
    ).rejects.toMatchObject(invalid(/country: must be an ISO 3166-1/));
    await expect(underTest().env.client.workflow.getHandle(workflowId).result()).rejects.toMatchObject(
      invalid(/country/),
    );
    expect(underTest().sandbox.requestsFor(request.transferId)).toEqual([]);
  });
});

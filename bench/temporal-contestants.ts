import { WithStartWorkflowOperation, type Client } from '@temporalio/client';

import { CallTransferClient, conversationWorkflowId, NoAnswerError } from '../lib/index';

import type { CallIds, Contestant } from './contestant';

/** A workflow with the contract's messages, whoever's it is, as a client without this package asks it. */
export function workflowContestant(
  client: Client,
  {
    name,
    workflowType,
    taskQueue,
    pid,
  }: { name: string; workflowType: string; taskQueue: string; pid?: number | undefined },
): Contestant {
  const handle = ({ conversationId }: CallIds) =>
    client.workflow.getHandle(conversationWorkflowId(conversationId));
  return {
    name,
    pid,
    request: (ids) =>
      client.workflow.executeUpdateWithStart('requestTransfer', {
        args: [{ transferId: ids.transferId }],
        startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
          workflowId: conversationWorkflowId(ids.conversationId),
          taskQueue,
          workflowIdConflictPolicy: 'USE_EXISTING',
          args: [{ ...ids, country: 'US' }],
        }),
      }),
    connect: (ids) => handle(ids).signal('connected', { transferId: ids.transferId }),
    disconnect: (ids, by) =>
      handle(ids).executeUpdate('reportDisconnect', {
        args: [{ transferId: ids.transferId, by }],
      }),
    over: (ids) => handle(ids).result(),
  };
}

/** The package as its own client asks it. */
export function typedContestant(
  client: Client,
  { name, taskQueue, pid }: { name: string; taskQueue: string; pid?: number | undefined },
): Contestant {
  const calls = new CallTransferClient(client, { taskQueue });
  return {
    name,
    pid,
    request: (ids) => inTime(calls.requestTransfer({ ...ids, country: 'US' })),
    connect: ({ conversationId, transferId }) => calls.reportConnected(conversationId, { transferId }),
    disconnect: ({ conversationId, transferId }, by) =>
      inTime(calls.reportDisconnect(conversationId, { transferId, by })),
    over: ({ conversationId }) => calls.result(conversationId),
  };
}

/** A phone system without an answer takes its own fallback. */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoAnswerError) return null;
    throw error;
  }
}

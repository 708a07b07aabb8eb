import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { CallTransferClient, CallTransferPlugin } from 'temporal-call-transfer';
import { Sandbox } from 'temporal-call-transfer/sandbox';

import * as activities from './activities';
import { customerWorkflow } from './workflows';

const taskQueue = 'plugin-in-your-worker';

async function main(): Promise<void> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233';
  const connection = await NativeConnection.connect({ address });
  const sandbox = await Sandbox.start();
  try {
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowsPath: require.resolve('./workflows'),
      activities,
      plugins: [new CallTransferPlugin({ asapp: sandbox.asapp })], // the line that adds the call transfer
    });
    const client = new Client({ connection });
    await worker.runUntil(async () => {
      const customer = await client.workflow.execute(customerWorkflow, {
        taskQueue,
        workflowId: `customer-${Date.now()}`,
        args: ['3434'],
      });
      process.stdout.write(`customerWorkflow: ${customer}\n`);
      process.stdout.write(`callTransferWorkflow: ${await transferCall(client, sandbox)}\n`);
    });
  } finally {
    await sandbox.close();
    await connection.close();
  }
}

/** Does what your phone system does; the sandbox plays the customer and GenerativeAgent. */
async function transferCall(client: Client, sandbox: Sandbox): Promise<string> {
  const callTransfers = new CallTransferClient(client, { taskQueue });
  const conversationId = `conversation-${Date.now()}`;

  const step = await callTransfers.requestTransfer({ conversationId, country: 'US' });
  if (step.action === 'ROUTE') return `no number, ${step.decision.outcome}`;
  if (step.leg.type !== 'PHONE_NUMBER') return `no number, ${step.leg.type}`;
  const { transferId, transferNumber } = step.leg;

  sandbox.exchange.callArrives(transferNumber);
  await callTransfers.reportConnected(conversationId, { transferId });
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

  const end = await callTransfers.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
  if (end.action === 'DIAL') return 'a fresh number';
  return `${end.decision.outcome}, route ${JSON.stringify(end.decision.route)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.exitCode = 1;
});

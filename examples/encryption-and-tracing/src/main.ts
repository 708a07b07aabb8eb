// First, so that HTTP is traced from the beginning.
// eslint-disable-next-line import-x/order -- what is loaded before is not traced
import { exporter, openTelemetry } from './tracing';

import { randomBytes } from 'node:crypto';

import { trace } from '@opentelemetry/api';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import {
  CallTransferClient,
  CallTransferPlugin,
  encryptedDataConverter,
  encryptionKey,
  fixedKeys,
} from 'temporal-call-transfer';
import { Sandbox } from 'temporal-call-transfer/sandbox';

import * as activities from './activities';
import { customerWorkflow } from './workflows';

const taskQueue = 'encryption-and-tracing';
const dataConverter = encryptedDataConverter(fixedKeys([encryptionKey('example', randomBytes(32))]));

async function main(): Promise<void> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233';
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const sandbox = await Sandbox.start();
  try {
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      dataConverter,
      workflowsPath: require.resolve('./workflows'),
      activities,
      plugins: [openTelemetry, new CallTransferPlugin({ asapp: sandbox.asapp })],
    });
    const client = new Client({ connection, dataConverter, plugins: [openTelemetry] });
    await worker.runUntil(async () => {
      const customer = await client.workflow.execute(customerWorkflow, {
        taskQueue,
        workflowId: `customer-${Date.now()}`,
        args: ['3434'],
      });
      process.stdout.write(`customerWorkflow: ${customer}\n`);
      await trace.getTracer('example').startActiveSpan('call', async (span) => {
        process.stdout.write(`callTransferWorkflow: ${await transferCall(client, sandbox)}\n`);
        span.end();
      });
    });
    printTrace();
    await printFirstPayload(connection);
  } finally {
    await sandbox.close();
    await connection.close();
    await nativeConnection.close();
  }
}

const conversationId = `conversation-${Date.now()}`;

/** Does what your phone system does; the sandbox plays the customer and GenerativeAgent. */
async function transferCall(client: Client, sandbox: Sandbox): Promise<string> {
  const callTransfers = new CallTransferClient(client, { taskQueue });
  const step = await callTransfers.requestTransfer({ conversationId, country: 'US' });
  if (step.action === 'ROUTE') return `no number, ${step.decision.outcome}`;
  if (step.leg.type !== 'PHONE_NUMBER') return `no number, ${step.leg.type}`;
  const { transferId, transferNumber } = step.leg;

  sandbox.exchange.callArrives(transferNumber);
  await callTransfers.reportConnected(conversationId, { transferId });
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

  const end = await callTransfers.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
  await callTransfers.result(conversationId);
  if (end.action === 'DIAL') return 'a fresh number';
  return `${end.decision.outcome}, route ${JSON.stringify(end.decision.route)}`;
}

/** The spans of the call, each below the one that caused it. */
function printTrace(): void {
  const spans = exporter.getFinishedSpans();
  const print = (parent: string | undefined, depth: number) => {
    for (const span of spans.filter(({ parentSpanId }) => parentSpanId === parent)) {
      const { 'server.port': port, 'url.path': path } = span.attributes;
      const to =
        port === undefined
          ? ''
          : ` to ${path === undefined ? 'ASAPP' : 'ASAPP: ' + String(path).split('/')[1]}`;
      process.stdout.write(`trace: ${'  '.repeat(depth)}${span.name}${to}\n`);
      print(span.spanContext().spanId, depth + 1);
    }
  };
  const call = spans.find(({ name }) => name === 'call');
  process.stdout.write('trace: call\n');
  print(call?.spanContext().spanId, 1);
}

/** What Temporal's server has of the call. */
async function printFirstPayload(connection: Connection): Promise<void> {
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId: `call-transfer/${conversationId}` },
  });
  const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  process.stdout.write(`stored as: ${Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.exitCode = 1;
});

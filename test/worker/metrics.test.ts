import { freePort } from '../../dev/free-port';
import { CallTransferClient } from '../../src/index';
import { connected, eventually, hungUp } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { watchedMetrics } from '../support/watched-metrics';
import type { CallTransferUnderTest } from '../support/with-call-transfer';
import { SECRET, withReceiver } from '../support/with-receiver';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { withWorkerProcesses } from '../support/worker-process';

import { workerEnvironment } from './with-survivors';

/** The value of a sample, by its name and some of its labels. */
function sample(text: string, name: string, labels: Record<string, string>): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** A worker process that serves its metrics and tells a receiver that fails at first of conversations that are over. */
async function withMeasuredWorker(
  body: (
    underTest: Pick<CallTransferUnderTest, 'client' | 'sandbox'>,
    read: () => Promise<string>,
  ) => Promise<void>,
): Promise<void> {
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  const taskQueue = uniqueId('metrics');
  await withRealServer({}, (env, server) =>
    withReceiver((receiver) =>
      withSandbox({}, async (sandbox) => {
        let attempts = 0;
        receiver.answerWith((response) => response.writeHead(attempts++ === 0 ? 503 : 204).end());
        const environment = {
          ...workerEnvironment(server, sandbox, taskQueue),
          ...unhurried.environment,
          CALL_TRANSFER_METRICS_ADDRESS: metricsAddress,
          CALL_TRANSFER_EVENTS_URL: receiver.url,
          CALL_TRANSFER_EVENTS_SECRETS: SECRET,
        };
        const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
        const read = async () => await (await fetch(`http://${metricsAddress}/metrics`)).text();
        await withWorkerProcesses(environment, async (startWorker) => {
          await startWorker();
          await body({ client, sandbox }, read);
        });
      }),
    ),
  );
}

test("an operator sees calls beside the SDK's own metrics, and nothing personal", async () => {
  await withMeasuredWorker(async (underTest, read) => {
    const { client, sandbox } = underTest;
    const inputContext = { taskName: 'claims', inputVariables: { said: 'ZZ-said' } };
    const { conversationId, transferNumber } = await hungUp(underTest, { inputContext });
    const again = await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
    sandbox.exchange.aiEnds(again.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
    await client.reportDisconnect(conversationId, { transferId: again.transferId, by: 'GENERATIVE_AGENT' });
    sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
    await client.requestTransfer({ conversationId: `${conversationId}-z`, country: 'US' });

    const text = await eventually(async () => {
      const now = await read();
      return sample(now, 'call_transfer_events_total', { result: 'delivered' }) === 2 && now;
    });
    const of = (name: string, labels: Record<string, string> = {}) =>
      sample(text, `call_transfer_${name}`, labels);
    expect(of('decisions_total')).toBe(3);
    const left = {
      outcome: 'CUSTOMER_HUNG_UP',
      fallback: 'false',
      leg: 'first',
      reason: 'none',
      task: 'claims',
    };
    expect(of('decisions_total', left)).toBe(1);
    expect(of('decisions_total', { outcome: 'AGENT', leg: 'reconnection', task: 'billing' })).toBe(1);
    const refused = {
      outcome: 'TRANSFER_UNAVAILABLE',
      fallback: 'true',
      reason: 'ASAPP_CREDENTIALS_REFUSED',
    };
    expect(of('decisions_total', { ...refused, task: 'none' })).toBe(1);
    expect(of('talk_seconds_count', { outcome: 'AGENT', task: 'billing' })).toBe(1);
    expect(of('conversations_total', { result: 'ESCALATED', task: 'billing' })).toBe(1);
    expect(of('conversations_total', { result: 'FELL_BACK', task: 'none' })).toBe(1);
    expect(of('event_failures_total')).toBe(1);
    expect(of('asapp_requests_total', { operation: 'create', result: 'ok' })).toBe(2);
    expect(of('asapp_requests_total', { operation: 'create', result: 'credentials_refused' })).toBe(1);
    expect(of('asapp_requests_total', { operation: 'get', result: 'ok' })).toBeGreaterThan(0);
    expect(of('number_seconds_count', { result: 'DIAL' })).toBe(2);
    expect(of('number_seconds_count', { result: 'ROUTE' })).toBe(1);
    expect(of('number_seconds_bucket', { result: 'DIAL', le: '5' })).toBe(2);
    expect(of('decision_seconds_count')).toBe(2);
    expect(text).toContain('temporal_workflow_task_execution_latency');
    // Asked for at the start, when no call was open.
    expect(text).toMatch(/call_transfer_open_conversations\{[^}]*\} 0/);
    const watched = (await watchedMetrics()).filter((name) => !name.startsWith('call_transfer_gateway_'));
    expect(watched.filter((name) => !text.includes(`${name}{`))).toEqual([]);
    for (const personal of [conversationId, transferNumber, transferNumber.slice(1), 'ZZ-said'])
      expect(text).not.toContain(personal);
  });
});

import { freePort } from '../../dev/free-port';
import { CallTransferClient } from '../../src/index';
import { connected, eventually, hungUp } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { watchedMetrics } from '../support/watched-metrics';
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

test("an operator sees calls beside the SDK's own metrics, and nothing personal", async () => {
  await withRealServer({}, async (env, server) => {
    await withSandbox({}, async (sandbox) => {
      const taskQueue = uniqueId('metrics');
      const metricsAddress = `127.0.0.1:${await freePort()}`;
      await withWorkerProcesses(
        { ...workerEnvironment(server, sandbox, taskQueue), ...unhurried.environment },
        async (startWorker) => {
          await startWorker({ CALL_TRANSFER_METRICS_ADDRESS: metricsAddress });
          const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
          const underTest = { client, sandbox };
          const inputContext = { inputVariables: { said: 'ZZ-said' } };
          const { conversationId, transferNumber } = await hungUp(underTest, { inputContext });
          const again = await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
          sandbox.exchange.aiEnds(again.transferId, { transferType: 'AGENT' });
          await client.reportDisconnect(conversationId, {
            transferId: again.transferId,
            by: 'GENERATIVE_AGENT',
          });
          sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
          await client.requestTransfer({ conversationId: `${conversationId}-z`, country: 'US' });

          const read = async () => await (await fetch(`http://${metricsAddress}/metrics`)).text();
          const text = await eventually(async () => {
            const now = await read();
            return sample(now, 'call_transfer_decisions_total', { fallback: 'true' }) > 0 && now;
          });
          const decisions = (labels: Record<string, string>) =>
            sample(text, 'call_transfer_decisions_total', labels);
          expect(decisions({})).toBe(3);
          expect(
            decisions({ outcome: 'CUSTOMER_HUNG_UP', fallback: 'false', leg: 'first', reason: 'none' }),
          ).toBe(1);
          expect(decisions({ outcome: 'AGENT', leg: 'reconnection' })).toBe(1);
          expect(
            decisions({
              outcome: 'TRANSFER_UNAVAILABLE',
              fallback: 'true',
              reason: 'ASAPP_CREDENTIALS_REFUSED',
            }),
          ).toBe(1);
          expect(
            sample(text, 'call_transfer_asapp_requests_total', { operation: 'create', result: 'ok' }),
          ).toBe(2);
          expect(
            sample(text, 'call_transfer_asapp_requests_total', {
              operation: 'create',
              result: 'credentials_refused',
            }),
          ).toBe(1);
          expect(
            sample(text, 'call_transfer_asapp_requests_total', { operation: 'get', result: 'ok' }),
          ).toBeGreaterThan(0);
          expect(sample(text, 'call_transfer_number_seconds_count', { result: 'DIAL' })).toBe(2);
          expect(sample(text, 'call_transfer_number_seconds_count', { result: 'ROUTE' })).toBe(1);
          expect(sample(text, 'call_transfer_number_seconds_bucket', { result: 'DIAL', le: '5' })).toBe(2);
          expect(sample(text, 'call_transfer_decision_seconds_count', {})).toBe(2);
          expect(text).toContain('temporal_workflow_task_execution_latency');
          // Asked for at the start, when no call was open.
          expect(text).toMatch(/call_transfer_open_conversations\{[^}]*\} 0/);
          const watched = (await watchedMetrics()).filter(
            (name) => !name.startsWith('call_transfer_gateway_'),
          );
          expect(watched.filter((name) => !text.includes(`${name}{`))).toEqual([]);
          for (const personal of [conversationId, transferNumber, transferNumber.slice(1), 'ZZ-said']) {
            expect(text).not.toContain(personal);
          }
        },
      );
    });
  });
});

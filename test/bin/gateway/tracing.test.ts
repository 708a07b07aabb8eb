/** One trace leads from what the gateway was asked to what ASAPP was asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { eventually } from '../../support/calls';
import { GatewayProcess } from '../../support/gateway-process';
import { unhurried } from '../../support/unhurried';
import { uniqueId } from '../../support/unique-id';
import { withSandbox } from '../../support/with-sandbox';
import { withRealServer } from '../../support/with-temporal';
import { withWorkerProcesses } from '../../support/worker-process';
import { workerEnvironment } from '../../worker/with-survivors';

const API_KEY = 'a-key-of-16-chars-or-more';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

interface Collected {
  url: string;
  spans: Span[];
  /** All that was sent, as text. */
  text: string;
}

/** Runs the body with a collector that keeps all spans it gets, as OTLP over HTTP with JSON. */
async function withCollector<T>(body: (collected: Collected) => Promise<T>): Promise<T> {
  const collected: Collected = { url: '', spans: [], text: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      collected.text += text;
      collected.spans.push(
        ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      );
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  collected.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await body(collected);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Runs the body with the gateway as a process. */
async function withGatewayProcess<T>(
  environment: Record<string, string>,
  body: (url: string) => Promise<T>,
): Promise<T> {
  const gateway = new GatewayProcess({ GATEWAY_API_KEYS: API_KEY, ...environment });
  try {
    return await body(await gateway.url());
  } finally {
    gateway.signal('SIGKILL');
    await gateway.exitCode();
  }
}

test('one trace, and nothing personal in it', async () => {
  await withRealServer({}, (_env, server) =>
    withSandbox({}, (sandbox) =>
      withCollector(async (collected) => {
        const taskQueue = uniqueId('tracing');
        const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collected.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
        const environment = {
          ...workerEnvironment(server, sandbox, taskQueue),
          ...unhurried.environment,
          GATEWAY_REQUEST_LIMIT_MS: '45000',
          ...tracing,
          CALL_TRANSFER_WORKFLOW_BUNDLE: '',
        };
        await withWorkerProcesses(environment, async (startWorker) => {
          const worker = await startWorker();
          await withGatewayProcess(environment, async (url) => {
            const conversationId = uniqueId('traced');
            const answer = await fetch(
              `${url}/v1/conversations/${conversationId}/request-transfer?said=ZZ-in-a-query`,
              {
                method: 'POST',
                headers: {
                  authorization: `Bearer ${API_KEY}`,
                  'content-type': 'application/json',
                  traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
                },
                body: JSON.stringify({
                  country: 'US',
                  inputContext: { inputVariables: { said: 'ZZ-in-a-variable' } },
                }),
              },
            );
            const step = (await answer.json()) as { leg: { transferNumber: string } };
            const named = (name: string) =>
              collected.spans.find((span) => span.traceId === TRACE_ID && span.name.startsWith(name));
            await eventually(() =>
              Promise.resolve(named('UpdateWithStart') && named('RunActivity:callTransferRequestNumber')),
            );
            const activity = named('RunActivity:callTransferRequestNumber');
            const toAsapp = await eventually(() =>
              Promise.resolve(
                collected.spans.find(
                  ({ name, parentSpanId }) => name === 'POST' && parentSpanId === activity?.spanId,
                ),
              ),
            );
            expect(toAsapp.traceId).toBe(TRACE_ID);
            await worker.terminate();
            for (const personal of [
              'ZZ-in-a-query',
              'ZZ-in-a-variable',
              step.leg.transferNumber.slice(1),
              API_KEY,
            ]) {
              expect(collected.text).not.toContain(personal);
            }
          });
        });
      }),
    ),
  );
});

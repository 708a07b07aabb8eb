import { join } from 'node:path';

import createClient from 'openapi-fetch';

import { forFile } from '../support/for-file';
import { generatePythonClient, runWithPythonClient } from '../support/python-client';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { callTransferForFile } from '../support/with-call-transfer';
import { API_KEY, withGateway, type GatewayUnderTest } from '../support/with-gateway';

import type { components, paths } from './generated/gateway-api';

const callTransfer = callTransferForFile();
const gateway = forFile<GatewayUnderTest>((body) =>
  withGateway({ client: callTransfer().client, ...unhurried.gateway }, body),
);

type NextStep = components['schemas']['NextStep'];

/** The number to dial, by the generated types. */
function numberIn(step?: NextStep): string {
  if (step?.action === 'DIAL' && step.leg.type === 'PHONE_NUMBER') return step.leg.transferNumber;
  throw new Error(`Expected a number, got ${JSON.stringify(step)}`);
}

function outcomeIn(step?: NextStep): components['schemas']['Outcome'] {
  if (step?.action === 'ROUTE') return step.decision.outcome;
  throw new Error(`Expected a decision, got ${JSON.stringify(step)}`);
}

test('a client in TypeScript, generated from the description, plays a call', async () => {
  const { exchange } = callTransfer().sandbox;
  const headers = { authorization: `Bearer ${API_KEY}` };
  const client = createClient<paths>({ baseUrl: gateway().url, headers });
  const conversationId = uniqueId('conversation');
  const transferId = `${conversationId}-a`;
  const params = { path: { conversationId } };

  const requested = await client.POST('/v1/conversations/{conversationId}/request-transfer', {
    params,
    body: { transferId, country: 'US' },
  });
  exchange.callArrives(numberIn(requested.data));
  const connected = await client.POST('/v1/conversations/{conversationId}/report-connected', {
    params,
    body: { transferId },
  });
  expect(connected.data?.delivered).toBe(true);
  exchange.aiEnds(transferId, { transferType: 'AGENT' });
  const over = await client.POST('/v1/conversations/{conversationId}/report-disconnect', {
    params,
    body: { transferId, by: 'GENERATIVE_AGENT' },
  });
  expect(outcomeIn(over.data)).toBe('AGENT');
});

test('a client in Python, generated from the description, plays a call', async () => {
  await generatePythonClient();
  const { exchange } = callTransfer().sandbox;
  const conversationId = uniqueId('conversation');
  const heard: string[] = [];
  const program = join(__dirname, 'play_call.py');
  await runWithPythonClient(program, [gateway().url, API_KEY, conversationId], (line) => {
    heard.push(line);
    if (heard.length === 1) exchange.callArrives(line);
    if (line === 'connected') exchange.aiEnds(`${conversationId}-a`, { transferType: 'AGENT' });
  });
  expect(heard.slice(1)).toEqual(['connected', 'AGENT']);
});

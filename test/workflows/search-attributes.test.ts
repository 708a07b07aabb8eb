import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowHandle } from '@temporalio/client';

import { searchAttributeKeys } from '../../src/index';
import { connected, decisionIn, dialing, eventually, hungUp, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const [phase, outcome, reason] = searchAttributeKeys;

async function attributes(workflow: WorkflowHandle) {
  const { typedSearchAttributes } = await workflow.describe();
  return [phase, outcome, reason].map((key) => typedSearchAttributes.get(key));
}

/** Waits for the attributes: they are written with the workflow task that changes them. */
const becomes = (workflow: WorkflowHandle, expected: unknown[]) =>
  eventually(async () => JSON.stringify(await attributes(workflow)) === JSON.stringify(expected));

describe('a server that has the search attributes', () => {
  it('shows where each call is, and how it ended', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId, transferNumber } = await dialing(underTest);
        const workflow = workflowOf(env, conversationId);
        sandbox.exchange.callArrives(transferNumber);
        await client.reportConnected(conversationId, { transferId });
        await becomes(workflow, ['CONNECTED', undefined, undefined]);

        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        await client.reportDisconnect(conversationId, { transferId });
        await client.result(conversationId);
        expect(await attributes(workflow)).toEqual(['ENDED', 'AGENT', undefined]);
      }),
    );
  });

  it('shows why a customer fell back', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client } = underTest;
        const { conversationId, transferId } = await dialing(underTest);
        await client.reportDisconnect(conversationId, { transferId, cause: 'BUSY' });
        await client.result(conversationId);

        expect(await attributes(workflowOf(env, conversationId))).toEqual([
          'ENDED',
          'DIAL_FAILED',
          'DIAL_BUSY',
        ]);
      }),
    );
  });
});

test.each([
  ['without the search attributes', []],
  [
    'that has one of them with another type',
    [{ name: phase.name, type: 'KEYWORD_LIST' as const }, outcome, reason],
  ],
])('a server %s runs the call all the same', async (_what, registered) => {
  await withRealServer({ searchAttributes: registered }, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId } = await hungUp(underTest);
      const second = await connected(underTest, { conversationId, transferId: `${conversationId}-b` });
      sandbox.exchange.aiEnds(second.transferId, { transferType: 'AGENT' });
      const step = await client.reportDisconnect(conversationId, { transferId: second.transferId });

      expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
      expect(await attributes(workflowOf(env, conversationId))).toEqual([undefined, undefined, undefined]);
    }),
  );
});

/** A server reads its search attributes once a minute; the `temporal` command tells its own to read them each time. */
const noticesAtOnce = { 'system.forceSearchAttributesCacheRefreshOnRead': true };

test('an attribute that is removed while calls are up holds up no decision', async () => {
  // One of the calls goes on at ASAPP: its result is waited for until the limit.
  const settings = { disconnectDeadlineMs: 4000 };
  await withRealServer({ dynamicConfig: noticesAtOnce }, (env) =>
    withCallTransfer(env, { settings }, async (underTest) => {
      const { client, sandbox } = underTest;
      const fetched = await connected(underTest);
      const hungUpBySelf = await connected(underTest);
      const notAnswered = await dialing(underTest);
      for (const { conversationId } of [fetched, hungUpBySelf]) {
        await becomes(workflowOf(env, conversationId), ['CONNECTED', undefined, undefined]);
      }
      await env.connection.operatorService.removeSearchAttributes({
        namespace: 'default',
        searchAttributes: [phase.name],
      });
      // The worker counts on what the server said for 100 ms.
      await sleep(500);

      sandbox.exchange.aiEnds(fetched.transferId, { transferType: 'AGENT' });
      const report = async ({ conversationId, transferId }: typeof notAnswered, how: object) =>
        decisionIn(await client.reportDisconnect(conversationId, { transferId, ...how }));
      expect([
        await report(fetched, {}),
        await report(hungUpBySelf, { by: 'CUSTOMER' }),
        await report(notAnswered, { cause: 'BUSY' }),
      ]).toMatchObject([
        { outcome: 'AGENT', fallback: false },
        { outcome: 'CUSTOMER_HUNG_UP' },
        { outcome: 'DIAL_FAILED', reason: 'DIAL_BUSY' },
      ]);
    }),
  );
});

/** What everybody may read who may list workflows: all but the payloads themselves. */
async function readableByMany(workflow: WorkflowHandle): Promise<string> {
  const text = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString('utf8');
  const { events } = await workflow.fetchHistory();
  const metadata = await workflow.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  const { raw, typedSearchAttributes } = await workflow.describe();
  return [
    ...(events ?? []).flatMap(({ userMetadata }) => [
      text(userMetadata?.summary?.data),
      text(userMetadata?.details?.data),
    ]),
    text(raw.executionConfig?.userMetadata?.summary?.data),
    text(raw.executionConfig?.userMetadata?.details?.data),
    // The SDK's own, a hash of the workflows' code, may look like a number.
    JSON.stringify(typedSearchAttributes.getAll().filter(({ key }) => key.name !== 'BuildIds')),
    metadata.currentDetails,
    workflow.workflowId,
  ].join('\n');
}

test('no number and no variable is in attributes, summaries or details', async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, async (underTest) => {
      const { client, sandbox } = underTest;
      const inputContext = { inputVariables: { secretName: 'secret-input' } };
      const first = await hungUp(underTest, { inputContext });
      const { conversationId } = first;
      const second = await connected(underTest, {
        conversationId,
        transferId: `${conversationId}-b`,
        inputContext,
      });
      const workflows = [
        workflowOf(env, conversationId),
        env.client.workflow.getHandle(`call-transfer/${conversationId}/${second.transferId}`),
      ];
      const during = await Promise.all(workflows.map(readableByMany));
      sandbox.exchange.aiEnds(second.transferId, {
        transferType: 'AGENT',
        currentTaskName: 'billing',
        referenceVariables: { secretName: 'secret-reference' },
        transferVariables: { secretName: 'secret-transfer' },
      });
      await client.reportDisconnect(conversationId, { transferId: second.transferId });
      await client.result(conversationId);
      const after = await Promise.all(workflows.map(readableByMany));

      const readable = [...during, ...after].join('\n');
      expect(readable).toContain('Request a number');
      expect(readable).toContain('GenerativeAgent is on the call');
      expect(readable).toContain('CallTransferPhase');
      expect(readable).not.toMatch(/secret|\+\d{8}/);
      expect(readable).not.toContain(first.transferNumber);
      expect(readable).not.toContain(second.transferNumber);
    }),
  );
});

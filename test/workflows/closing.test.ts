import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import { connected, decisionIn, workflowOf } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const { EventType } = temporal.api.enums.v1;

const withCall = (body: (env: { client: Client }, underTest: CallTransferUnderTest) => Promise<void>) =>
  withRealServer({}, (env) => withCallTransfer(env, {}, (underTest) => body(env, underTest)));

/** The names of the events of a conversation's history, once it has closed. */
async function eventsOf(env: { client: Client }, conversationId: string): Promise<string[]> {
  const handle = workflowOf(env, conversationId);
  await handle.result();
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(({ eventType }) => EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '');
}

const CLOSED = 'WORKFLOW_EXECUTION_COMPLETED';
const ANSWERED = 'WORKFLOW_EXECUTION_UPDATE_COMPLETED';

describe('the answer that ends a conversation', () => {
  it('closes the run with it, where its asker repeats what Temporal could not take', async () => {
    await withCall(async (env, underTest) => {
      const { conversationId, transferId } = await connected(underTest);
      underTest.sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      await underTest.client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

      expect((await eventsOf(env, conversationId)).slice(-2)).toEqual([ANSWERED, CLOSED]);
    });
  });

  it('goes out before the run closes, to any other asker', async () => {
    await withCall(async (env, underTest) => {
      const { conversationId, transferId } = await connected(underTest);
      underTest.sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      await workflowOf(env, conversationId).executeUpdate('reportDisconnect', {
        args: [{ transferId, by: 'GENERATIVE_AGENT' }],
      });

      const events = await eventsOf(env, conversationId);
      expect(events.slice(events.lastIndexOf(ANSWERED))).toEqual([
        ANSWERED,
        'ACTIVITY_TASK_SCHEDULED',
        'ACTIVITY_TASK_STARTED',
        'ACTIVITY_TASK_COMPLETED',
        'WORKFLOW_TASK_SCHEDULED',
        'WORKFLOW_TASK_STARTED',
        'WORKFLOW_TASK_COMPLETED',
        CLOSED,
      ]);
    });
  });
});

/** While the result is fetched, which takes the workflow task that long, milliseconds. */
const FETCH_MS = 300;

describe('an event of the phone system while the run closes', () => {
  it.each(['typed client', 'plain client'])('costs the asker no decision: %s', async (kind) => {
    await withCall(async (env, underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'latency', ms: FETCH_MS } });
      const report = { transferId, by: 'GENERATIVE_AGENT' } as const;
      const handle = workflowOf(env, conversationId);
      const asked =
        kind === 'typed client'
          ? client.reportDisconnect(conversationId, report)
          : handle.executeUpdate('reportDisconnect', { args: [report] });
      await sleep(FETCH_MS / 2);
      await handle.signal('connected', { transferId });

      expect(decisionIn((await asked) as never)).toMatchObject({ outcome: 'AGENT', fallback: false });
      const events = await eventsOf(env, conversationId);
      expect(events.includes('WORKFLOW_TASK_FAILED')).toBe(kind === 'typed client');
    });
  });
});

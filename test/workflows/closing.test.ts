import { setTimeout as sleep } from 'node:timers/promises';

import type { Client, WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import type { DisconnectReport, NextStep } from '../../src/index';
import { connected, decisionIn, dialing, hungUp, workflowOf } from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';
import { withWorkerAtTimes } from '../support/with-worker-at-times';

const { EventType } = temporal.api.enums.v1;
const underTest = callTransferForFile();

/** The names of the events of a conversation's history, once it has closed. */
async function eventsOf(env: { client: Client }, conversationId: string): Promise<string[]> {
  const handle = workflowOf(env, conversationId);
  await handle.result();
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(({ eventType }) => EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '');
}

const CLOSED = 'WORKFLOW_EXECUTION_COMPLETED';
const ANSWERED = 'WORKFLOW_EXECUTION_UPDATE_COMPLETED';

/** Reports a disconnect as a client without this package does. */
const reportPlainly = (handle: WorkflowHandle, report: DisconnectReport): Promise<NextStep> =>
  handle.executeUpdate<NextStep, [DisconnectReport]>('reportDisconnect', { args: [report] });

describe('the answer that ends a conversation', () => {
  it('closes the run with it, for a client without this package, too', async () => {
    const { env, sandbox } = underTest();
    const { conversationId, transferId } = await connected(underTest());
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    await reportPlainly(workflowOf(env, conversationId), { transferId, by: 'GENERATIVE_AGENT' });

    expect((await eventsOf(env, conversationId)).slice(-2)).toEqual([ANSWERED, CLOSED]);
  });

  it('goes out before the run closes, where the same workflow task accepted the report', async () => {
    const settings = { reconnectWindowMs: { CUSTOMER_HUNG_UP: 1000 } };
    await withWorkerAtTimes({ settings }, async ({ env, client, sandbox, served }) => {
      const { conversationId, transferId } = await served(() => hungUp({ client, sandbox }));
      // The window ends without a worker, and the report comes with its end.
      await sleep(1500);
      const reporting = reportPlainly(workflowOf(env, conversationId), { transferId });
      const events = await served(async () => {
        await reporting;
        return await eventsOf(env, conversationId);
      });

      const answered = events.lastIndexOf(ANSWERED);
      expect(events.slice(answered).filter((name) => name === 'WORKFLOW_TASK_COMPLETED')).toHaveLength(1);
      expect(events.at(-1)).toBe(CLOSED);
    });
  });
});

/** Of each kind: whether a signal comes between two steps of the worker is a matter of chance. */
const CALLS = 3;

/**
 * More than come while a quick server closes a conversation. On a slow one each attempt to close meets another signal, so
 * that it closes only when they are over.
 */
const MOST_SIGNALS = 200;

/** Signals of a phone system that come in quick succession while a body runs. */
async function amidSignals<T>(
  handle: WorkflowHandle,
  transferId: string,
  body: () => Promise<T>,
  most = MOST_SIGNALS,
): Promise<T> {
  const over = new AbortController();
  const signals: Promise<unknown>[] = [];
  const storm = (async () => {
    while (!over.signal.aborted && signals.length < most) {
      signals.push(handle.signal('connected', { transferId }).catch(() => undefined));
      await sleep(2);
    }
  })();
  try {
    return await body();
  } finally {
    over.abort();
    await storm;
    await Promise.all(signals);
  }
}

describe('signals every 2 ms while a conversation closes', () => {
  it.each(['typed client', 'plain client'])('cost no decision after a result: %s', async (kind) => {
    const { env, client, sandbox } = underTest();
    for (let call = 0; call < CALLS; call++) {
      const { conversationId, transferId } = await connected(underTest());
      const report = { transferId, by: 'GENERATIVE_AGENT' } as const;
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      const handle = workflowOf(env, conversationId);
      const step = await amidSignals(handle, transferId, () =>
        kind === 'typed client'
          ? client.reportDisconnect(conversationId, report)
          : reportPlainly(handle, report),
      );
      expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
    }
  });

  it.each(['typed client', 'plain client'])('cost no decision after a failed dial: %s', async (kind) => {
    const { env, client } = underTest();
    for (let call = 0; call < CALLS; call++) {
      const { conversationId, transferId } = await dialing(underTest());
      const report = { transferId, cause: 'BUSY' } as const;
      const handle = workflowOf(env, conversationId);
      const step = await amidSignals(handle, 'another-leg', () =>
        kind === 'typed client'
          ? client.reportDisconnect(conversationId, report)
          : reportPlainly(handle, report),
      );
      expect(decisionIn(step)).toMatchObject({ outcome: 'DIAL_FAILED' });
    }
  });
});

test('more signals than a call closes among hold up its answer until the server takes no more of them', async () => {
  const { env, client, sandbox } = underTest();
  const { conversationId, transferId } = await connected(underTest());
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
  const handle = workflowOf(env, conversationId);
  const patient = { answerTimeoutMs: 60_000 };
  const decideAndClose = async () => {
    const step = await client.reportDisconnect(conversationId, { transferId }, patient);
    await handle.result();
    return step;
  };
  const step = await amidSignals(handle, transferId, decideAndClose, Infinity);
  expect(decisionIn(step)).toMatchObject({ transferId, outcome: 'AGENT' });
  const { events = [] } = await handle.fetchHistory();
  const signals = events?.filter((event) => event.workflowExecutionSignaledEventAttributes) ?? [];
  expect(signals.length).toBeLessThanOrEqual(1000);
});

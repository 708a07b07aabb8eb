/**
 * Replays what a soak has left in Temporal: an upgrade of the workers would do the same to every call in flight. On the way
 * each history is entered into the books.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Client } from '@temporalio/client';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

import {
  CALL_TRANSFER_WORKFLOW,
  CallTransferPlugin,
  conversationWorkflowId,
  RECONNECTION_LEG_WORKFLOW,
} from '../src/index';

import { HistoryBooks } from './history-books';

/** A replay asks nobody for anything. */
const nowhere = { apiUrl: 'http://localhost:1', apiId: 'none', apiSecret: 'none' };

export interface Replayed {
  /** Every run of every conversation, and of every later leg. */
  histories: number;
  /** Workflow tasks that failed, by their causes. */
  failedTasks: Record<string, number>;
  /** What a run decided that took in no request, about a leg that another run decided. */
  unheardDecisions: number;
  /** One line for each history that the code as it is does not replay, and for each that says what must not be. */
  wrong: string[];
}

const ofThisPackage = `WorkflowType IN ('${CALL_TRANSFER_WORKFLOW}', '${RECONNECTION_LEG_WORKFLOW}')`;

/** @param codePath - of the bundle of workflows */
export async function replayAll(temporal: Client, codePath: string): Promise<Replayed> {
  const books = new HistoryBooks();
  const plugin = new CallTransferPlugin({ asapp: nowhere });
  const histories = entered(temporal.workflow.list({ query: ofThisPackage }).intoHistories(), books);
  const failures: string[] = [];
  let count = 0;
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(
    { plugins: [plugin], workflowBundle: { codePath } },
    histories,
  )) {
    count++;
    if (error !== undefined)
      failures.push(`${workflowId}, run ${runId}: not replayed, ${error.name}: ${error.message}`);
  }
  const wrong = [...failures, ...books.close()];
  const { failedTasks, unheardDecisions } = books;
  return { histories: count, failedTasks, unheardDecisions, wrong };
}

async function* entered(
  histories: AsyncIterable<HistoryAndWorkflowId>,
  books: HistoryBooks,
): AsyncIterable<HistoryAndWorkflowId> {
  for await (const each of histories) {
    const { workflowId, history } = each;
    const events = (history as temporal.api.history.v1.IHistory).events ?? [];
    books.enter(
      workflowId,
      events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '',
      events,
    );
    yield each;
  }
}

/** As many histories are kept as somebody reads. */
const MOST_KEPT = 20;

/**
 * Writes the histories of conversations into a folder, one line for each event: of those that have not ended, and of those
 * that the lines name.
 */
export async function keepHistories(
  temporal: Client,
  folder: string,
  lines: readonly string[],
): Promise<void> {
  const named = lines.flatMap(idsIn);
  const open = temporal.workflow.list({ query: `ExecutionStatus = 'Running' AND ${ofThisPackage}` });
  for await (const { workflowId } of open) named.push(...idsIn(workflowId));
  for (const conversationId of [...new Set(named)].slice(0, MOST_KEPT)) {
    const query = `WorkflowId STARTS_WITH '${conversationWorkflowId(conversationId)}'`;
    const texts: string[] = [];
    for await (const { workflowId, runId, status } of temporal.workflow.list({ query })) {
      const isIts = new RegExp(`/${conversationId}(/|$)`).test(workflowId);
      if (isIts)
        texts.push(`${workflowId} ${runId} ${status.name}\n${await eventsOf(temporal, workflowId, runId)}`);
    }
    await writeFile(join(folder, `${conversationId}.txt`), texts.join('\n\n'));
  }
}

/** The conversations that a text names. */
const idsIn = (text: string): string[] => text.match(/soak-\d+-\d+/g) ?? [];

/** One line for each event: its number, its time, its type and the worker, signal or update it is about. */
async function eventsOf(client: Client, workflowId: string, runId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? [])
    .map((event) => {
      const { EventType } = temporal.api.enums.v1;
      const type = EventType[event.eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '';
      const { seconds, nanos } = event.eventTime ?? {};
      const time = new Date(Number(seconds) * 1000 + Number(nanos) / 1e6).toISOString().slice(14, 23);
      const about =
        event.workflowTaskStartedEventAttributes?.identity ??
        event.workflowExecutionSignaledEventAttributes?.signalName ??
        event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.updateId ??
        event.activityTaskScheduledEventAttributes?.activityType?.name ??
        event.workflowTaskFailedEventAttributes?.failure?.message ??
        event.timerStartedEventAttributes?.timerId ??
        '';
      return `${String(event.eventId)} ${time} ${type} ${about}`;
    })
    .join('\n');
}

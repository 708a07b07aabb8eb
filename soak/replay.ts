/** Replays what a soak has left in Temporal: an upgrade of the workers would do the same to every call in flight. */
import type { Client } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

import { CALL_TRANSFER_WORKFLOW, CallTransferPlugin, RECONNECTION_LEG_WORKFLOW } from '../src/index';

/** A replay asks nobody for anything. */
const nowhere = { apiUrl: 'http://localhost:1', apiId: 'none', apiSecret: 'none' };

export interface Replayed {
  /** Every run of every conversation, and of every later leg. */
  histories: number;
  /** One line for each history that the code as it is does not replay. */
  failures: string[];
}

export async function replayAll(temporal: Client): Promise<Replayed> {
  const query = `WorkflowType IN ('${CALL_TRANSFER_WORKFLOW}', '${RECONNECTION_LEG_WORKFLOW}')`;
  const histories = temporal.workflow.list({ query }).intoHistories();
  const plugin = new CallTransferPlugin({ asapp: nowhere });
  const replayed: Replayed = { histories: 0, failures: [] };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(
    { plugins: [plugin] },
    histories,
  )) {
    replayed.histories++;
    if (error !== undefined) {
      const events = await eventsOf(temporal, workflowId, runId);
      replayed.failures.push(
        `${workflowId}, run ${runId}: not replayed, ${error.name}: ${error.message}\n${events}`,
      );
    }
  }
  return replayed;
}

/** One line for each event: its number, its time, its type and the worker, signal or update it is about. */
async function eventsOf(client: Client, workflowId: string, runId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? [])
    .map((event) => {
      const { EventType } = proto.api.enums.v1;
      const type = EventType[event.eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '';
      const { seconds, nanos } = event.eventTime ?? {};
      const time = new Date(Number(seconds) * 1000 + Number(nanos) / 1e6).toISOString().slice(14, 23);
      const about =
        event.workflowTaskStartedEventAttributes?.identity ??
        event.workflowExecutionSignaledEventAttributes?.signalName ??
        event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.updateId ??
        event.activityTaskScheduledEventAttributes?.activityType?.name ??
        event.timerStartedEventAttributes?.timerId ??
        '';
      return `${String(event.eventId)} ${time} ${type} ${about}`;
    })
    .join('\n');
}

import { randomUUID } from 'node:crypto';

import { Client, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker, type NativeConnection } from '@temporalio/worker';

import { Check } from './finding';
import type { callTransferDoctor } from './latency-workflow';
import { forget, isCloud, type Place } from './temporal-checks';

/** How many workflows run one right after another: more than the 20 loads a second of a shard with its defaults. */
const WORKFLOWS = 40;
/** Shorter than the second by which a server reads its timers ahead. */
const TIMERS_MS = [20, 50, 100];
/** From here on a setting of the server costs callers more than the rest of the way, milliseconds. */
const SLOW_DISPATCH_MS = 15;
const LATE_TIMER_MS = 300;
/** Limits are counted by the server's clock, but ASAPP's expiry and logs are compared with others. Milliseconds. */
const SKEW_MS = 2000;

/** Keeps the SDK from telling of the doctor's own worker. Once in a process, before anything else of the SDK's. */
export const quietRuntime = (): Runtime => Runtime.install({ logger: new DefaultLogger('ERROR') });

/** What the histories of the doctor's own workflows tell, milliseconds. */
export interface Measured {
  /** From the moment in which a workflow began to the moment in which a worker had its task, the median. */
  dispatchMs: number;
  /** The latest of a few timers. */
  timerLatenessMs: number;
  /** By how much the server's clock is ahead of this machine's. */
  skewMs: number;
}

/** Runs tiny workflows on a task queue of their own, and reads their histories: all times but one are the server's. */
export async function measureLatency(
  place: Place,
  connect: () => Promise<NativeConnection>,
): Promise<Measured> {
  const { connection, namespace } = place;
  const taskQueue = `call-transfer-doctor-${randomUUID()}`;
  const client = new Client({ connection, namespace });
  const run = async (timersMs: readonly number[]) => {
    const before = Date.now();
    const handle = await client.workflow.start<typeof callTransferDoctor>('callTransferDoctor', {
      taskQueue,
      workflowId: `${taskQueue}/${randomUUID()}`,
      args: [timersMs],
      workflowExecutionTimeout: '30 seconds',
    });
    const startedAt = (before + Date.now()) / 2;
    await handle.result();
    return { handle, startedAt };
  };
  const native = await connect();
  try {
    const workflowsPath = require.resolve('./latency-workflow');
    const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowsPath });
    return await worker.runUntil(async () => {
      const runs = [await run(TIMERS_MS)];
      while (runs.length <= WORKFLOWS) runs.push(await run([]));
      const histories = await Promise.all(
        runs.map(async ({ handle, startedAt }) => {
          const { events } = await handle.fetchHistory();
          return { startedAt, events: events ?? [] };
        }),
      );
      await forget(
        place,
        runs.map(({ handle }) => handle),
      );
      return {
        dispatchMs: median(histories.map(({ events }) => dispatchOf(events))),
        timerLatenessMs: Math.max(...histories.flatMap(({ events }) => latenessOf(events))),
        skewMs: median(histories.map(({ events, startedAt }) => timeOf(events[0]) - startedAt)),
      };
    });
  } finally {
    await native.close();
  }
}

/** What the figures mean for a caller. */
export function judgeLatency({ dispatchMs, timerLatenessMs, skewMs }: Measured, address: string): Check[] {
  const dispatch = new Check('dispatch');
  const timers = new Check('timers');
  const clock = new Check('clock');
  const who = isCloud(address)
    ? 'Temporal Cloud decides it: run workers in the region of the namespace'
    : 'docs/operations.md, "Settings of the server"';
  const handed = `a workflow has a worker after ${dispatchMs.toFixed(0)} ms (${WORKFLOWS} one after another, the median)`;
  if (dispatchMs < SLOW_DISPATCH_MS) dispatch.ok(handed);
  else dispatch.warning(handed, `history.transferProcessorMaxPollRPS, or a busy server: ${who}`);
  const late = `timers of ${TIMERS_MS.join(', ')} ms fire up to ${timerLatenessMs.toFixed(0)} ms late`;
  if (timerLatenessMs < LATE_TIMER_MS) timers.ok(late);
  else timers.warning(late, `history.timerProcessorMaxTimeShift: retries cost callers as much: ${who}`);
  const skew = `the server’s clock is ${Math.abs(skewMs / 1000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine’s`;
  if (Math.abs(skewMs) < SKEW_MS) clock.ok(skew);
  else
    clock.warning(
      skew,
      'No limit of a call compares them, but signatures and logs do: synchronise both (NTP)',
    );
  return [dispatch, timers, clock];
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

const timeOf = (event: Events[number] | undefined): number =>
  Number(event?.eventTime?.seconds ?? 0) * 1000 + (event?.eventTime?.nanos ?? 0) / 1e6;

function dispatchOf(events: Events): number {
  const taken = events.find((event) => event.workflowTaskStartedEventAttributes);
  return timeOf(taken) - timeOf(events[0]);
}

function latenessOf(events: Events): number[] {
  return events.flatMap((event) => {
    const startedEventId = event.timerFiredEventAttributes?.startedEventId;
    if (startedEventId == null) return [];
    const started = events.find(({ eventId }) => String(eventId) === String(startedEventId));
    const { seconds, nanos } = started?.timerStartedEventAttributes?.startToFireTimeout ?? {};
    return [timeOf(event) - timeOf(started) - Number(seconds ?? 0) * 1000 - (nanos ?? 0) / 1e6];
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

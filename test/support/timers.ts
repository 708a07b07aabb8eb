/** Timers of a workflow on the server that skips time, which must not fire while a workflow task may cancel them. */
import { temporal } from '@temporalio/proto';

import { eventually, workflowOf, type CallTransferInSkippedTime } from './calls';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
const { EventType } = temporal.api.enums.v1;

/** Longer than a workflow task takes on a slow machine: the server's time passes meanwhile. */
const FAR_MS = 3_000;

/**
 * Lets time pass until a conversation is at rest and none of its timers fires soon: what it hears now may cancel them. The
 * time-skipping server, unlike the real one, refuses to cancel a timer that has fired since the workflow task began, and
 * the workflow stands still for ever (`decisions/0033`).
 *
 * @returns how much time has passed, in milliseconds
 */
export async function awayFromTimers(
  { env, pass }: Pick<CallTransferInSkippedTime, 'env' | 'pass'>,
  conversationId: string,
): Promise<number> {
  for (let passed = 0; ;) {
    const events = await eventually(async () => {
      const { events = [] } = await workflowOf(env, conversationId).fetchHistory();
      return isAtRest(events ?? []) && (events ?? []);
    });
    const now = await env.currentTimeMs();
    const soon = timersOf(events).filter((due) => due < now + FAR_MS);
    if (soon.length === 0) return passed;
    const step = Math.max(1, Math.ceil(Math.max(...soon) - now) + 1);
    await pass(step);
    passed += step;
  }
}

const millisecondsIn = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/** When the timers fire that run in an open workflow, epoch milliseconds. */
function timersOf(events: HistoryEvent[]): number[] {
  const timers = new Map<string, number>();
  for (const event of events) {
    const { timerStartedEventAttributes: started } = event;
    if (started)
      timers.set(
        started.timerId ?? '',
        millisecondsIn(event.eventTime) + millisecondsIn(started.startToFireTimeout),
      );
    const over = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (over) timers.delete(over.timerId ?? '');
  }
  return isOver(events) ? [] : [...timers.values()];
}

const isOver = (events: HistoryEvent[]): boolean =>
  events.at(-1)?.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;

/** What begins, and all that may end it. */
const underWay = [
  [
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
  ],
  [
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
  ],
] as const;

/** Whether no workflow task and no activity is under way, whose end may start a timer. */
const isAtRest = (events: HistoryEvent[]): boolean =>
  isOver(events) ||
  underWay.every(([begin, ...ends]) => {
    const count = (types: readonly number[]) =>
      events.filter(({ eventType }) => types.includes(eventType ?? 0)).length;
    return count([begin]) === count(ends);
  });

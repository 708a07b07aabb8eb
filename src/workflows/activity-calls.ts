import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';

import type { CallTransferActivities } from '../activities/types';
import type { ConversationSettings } from '../contract/default-settings';
import { failureTypes } from '../contract/failures';
import type { FallbackReason } from '../contract/outcomes';
import { reasonOf } from '../contract/reason-of-failure';
import { STILL_WAITING, type StillWaiting } from '../contract/still-waiting';
import { decidesByRecordedTimes, pausesInActivities } from '../contract/workflow-revision';

type AsappActivities = Pick<
  CallTransferActivities,
  'callTransferRequestNumber' | 'callTransferFetchTransfer'
>;

/** Runs what may be cancelled meanwhile. */
export type Within = <T>(run: () => Promise<T>) => Promise<T>;

/** One question to ASAPP, asked with a pause before where it is a regular activity's. */
export type Question<Name extends keyof AsappActivities> = (
  asapp: AsappActivities,
  pause?: { pauseMs: number },
) => ReturnType<AsappActivities[Name]>;

/** How a question is asked. */
export interface Asking {
  /** Epoch milliseconds after which there is no further attempt. */
  deadline: number;
  /** What the Web UI calls it. */
  summary: string;
  settings: ConversationSettings;
  /** How long one attempt may take, milliseconds. Default: as long as the first. */
  attemptMs?: number;
}

type Answer<Name extends keyof AsappActivities> = Exclude<
  Awaited<ReturnType<AsappActivities[Name]>>,
  StillWaiting
>;

/** A local activity attempt is over after this, whatever it does: the workflow task waits for it. */
const LOCAL_ATTEMPT_MS = 3000;
/** So long nobody else takes over the attempt of a worker that died. */
const HEARTBEAT_TIMEOUT_MS = 1000;
/** A first retry after a local attempt that said nothing about its own. */
const DEFAULT_RETRY_MS = 250;

/** The worker's own work, with at most one request to ASAPP: done in the workflow task, in one attempt. */
export const ownActivities = proxyLocalActivities<
  Pick<CallTransferActivities, 'callTransferBeginConversation' | 'callTransferChooseRoute'>
>({ startToCloseTimeout: LOCAL_ATTEMPT_MS, retry: { maximumAttempts: 1 } });

const { callTransferEndTask } = proxyActivities<Pick<CallTransferActivities, 'callTransferEndTask'>>({
  startToCloseTimeout: '1 second',
  scheduleToCloseTimeout: '2 seconds',
  summary: 'Answers go out before the run closes',
});

/**
 * Ends the workflow task. A timer would do, too, but the server is up to a second late with it.
 */
export async function endTask(): Promise<void> {
  try {
    await callTransferEndTask();
  } catch {
    // The task has ended all the same.
  }
}

/**
 * One question to ASAPP: the first attempt as a local activity, within the workflow task and so without a
 * round trip to the server; later ones as a regular activity, whose attempts the Web UI shows.
 *
 * @param within - runs the later attempts; the first holds the workflow task, so that nothing can be heard meanwhile
 * @throws the last attempt's failure; `fallbackReason` names it
 */
export async function askAsapp<Name extends keyof AsappActivities>(
  question: Question<Name>,
  asking: Asking,
  within: Within,
): Promise<Answer<Name>> {
  const { deadline, summary, settings } = asking;
  const askedAt = Date.now();
  const remaining = deadline - askedAt;
  if (remaining <= 0) throw deadlineExceeded();
  const local = proxyLocalActivities<AsappActivities>({
    startToCloseTimeout: Math.min(LOCAL_ATTEMPT_MS, remaining),
    retry: { maximumAttempts: 1 },
    summary,
  });
  let delay: number | undefined = 0;
  try {
    const answer = await question(local);
    if (answer !== STILL_WAITING) return answer as Answer<Name>;
  } catch (failure) {
    delay = retryDelayMs(failure);
    const now = decidesByRecordedTimes(settings) ? askedAt : Date.now();
    if (delay === undefined || now + delay >= deadline) throw failure;
  }
  const pause = delay;
  return await within(() => askAgain(question, asking, pause));
}

/**
 * Further attempts at a question, after a pause.
 *
 * @param pause - milliseconds before the first of them; 0 to wait for a first attempt that takes long
 */
export async function askAgain<Name extends keyof AsappActivities>(
  question: Question<Name>,
  { deadline, summary, settings, attemptMs = LOCAL_ATTEMPT_MS }: Asking,
  pause: number,
): Promise<Answer<Name>> {
  // A timer of the server's is up to a second late.
  const pausesThere = pausesInActivities(settings);
  if (pause > 0 && !pausesThere) await sleep(pause, { summary: `Pause, then again: ${summary}` });
  const left = deadline - Date.now();
  if (left <= 0 && !decidesByRecordedTimes(settings)) throw deadlineExceeded();
  // The activity finds out that it is too late.
  const remaining = Math.max(1, left);
  const regular = proxyActivities<AsappActivities>({
    startToCloseTimeout: Math.min(pausesThere ? attemptMs + pause : LOCAL_ATTEMPT_MS, remaining),
    scheduleToCloseTimeout: remaining,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    // Each failure carries its own delay; this one is for a worker that died.
    retry: { initialInterval: DEFAULT_RETRY_MS, maximumInterval: 1000 },
    cancellationType: 'TRY_CANCEL',
    summary,
  });
  return (await question(regular, pausesThere && pause > 0 ? { pauseMs: pause } : undefined)) as Answer<Name>;
}

const deadlineExceeded = () =>
  ApplicationFailure.nonRetryable('It was too late to ask', failureTypes.deadlineExceeded);

/** Milliseconds until another attempt may help, `undefined` where none can. */
function retryDelayMs(failure: unknown): number | undefined {
  const cause = causeOf(failure);
  if (cause instanceof TimeoutFailure) return DEFAULT_RETRY_MS;
  if (!(cause instanceof ApplicationFailure) || cause.nonRetryable === true) return undefined;
  return typeof cause.nextRetryDelay === 'number' ? cause.nextRetryDelay : DEFAULT_RETRY_MS;
}

/** What an activity threw: a regular activity's failure comes wrapped, a local one's may come as it is. */
const causeOf = (failure: unknown): unknown => (failure instanceof ActivityFailure ? failure.cause : failure);

/**
 * Why the customer falls back, after a question to ASAPP failed.
 *
 * @param timedOut - the reason where nothing but the time ran out
 */
export function fallbackReason(failure: unknown, timedOut: FallbackReason): FallbackReason {
  let cause = causeOf(failure);
  // A time-out carries the last attempt's own failure, where there was one.
  if (cause instanceof TimeoutFailure) cause = cause.cause ?? deadlineExceeded();
  return reasonOf(cause instanceof ApplicationFailure ? cause.type : undefined, timedOut);
}

/** The activities as the workflows call them: how long each may take, how often it is tried, what the Web UI calls it. */
import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';

import type { AsappActivities, WorkerActivities } from '../activities/types';
import { failureTypes, reasonOf } from '../contract/failures';
import type { FallbackReason } from '../contract/outcomes';
import type { RoutingDecision } from '../contract/routing-decision';
import { defaultSettings } from '../contract/settings';
import type { EndedLeg } from '../routing/policy';

/** ASAPP's own schedule comes with each failure of a request to it; this one is for a worker that died. */
const retry = { initialInterval: '250 milliseconds', maximumInterval: '1 second' } as const;

/**
 * What the worker knows by itself. A regular activity, too: `decisions/0034`.
 *
 * A routing policy has a second; the rest of the time is for another worker, if the first one died.
 */
const worker = (summary: string): WorkerActivities =>
  proxyActivities<WorkerActivities>({
    startToCloseTimeout: '1.5 seconds',
    scheduleToCloseTimeout: '3 seconds',
    retry,
    summary,
  });

/** What the worker's owner configured. */
export const readSettings = () =>
  worker('Read the settings')
    .callTransferReadSettings()
    .catch(() => defaultSettings);

/** Asks the routing policy. Rejects if no worker answers. */
export const chooseRoute = (leg: EndedLeg) => worker('Choose the route').callTransferChooseRoute(leg);

/**
 * Requests to ASAPP.
 *
 * @param by - the hard limit, epoch milliseconds: it ends all attempts together
 */
export const asapp = ({ by, summary }: { by: number; summary: string }): AsappActivities => {
  const left = Math.max(1, by - Date.now());
  return proxyActivities<AsappActivities>({
    startToCloseTimeout: left,
    scheduleToCloseTimeout: left,
    // Without a heartbeat for this long, an attempt is given to another worker.
    heartbeatTimeout: '1 second',
    retry,
    cancellationType: 'TRY_CANCEL',
    summary,
  });
};

/**
 * Why the customer falls back, after a request to ASAPP failed.
 *
 * @param timedOut - the reason if nothing but the time ran out
 */
export function fallbackReason(failure: unknown, timedOut: FallbackReason): FallbackReason {
  const cause = failureIn(failure);
  // A time-out carries the last attempt's own failure, if there was one.
  const last = cause instanceof TimeoutFailure ? cause.cause : cause;
  if (last === undefined) return timedOut;
  return reasonOf(last instanceof ApplicationFailure ? last.type : undefined, timedOut);
}

/** The decision that comes with a refused transfer id, if this conversation made one about it before. */
export function earlierDecisionIn(failure: unknown): RoutingDecision | undefined {
  const cause = failureIn(failure);
  const isConflict = cause instanceof ApplicationFailure && cause.type === failureTypes.transferIdConflict;
  return isConflict ? ((cause.details?.[0] as RoutingDecision | null | undefined) ?? undefined) : undefined;
}

/** What an activity threw. */
const failureIn = (failure: unknown): unknown =>
  failure instanceof ActivityFailure ? failure.cause : failure;

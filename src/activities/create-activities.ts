import { activityInfo, cancellationSignal, heartbeat, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import { AsappError } from '../asapp/error';
import type { CallTransfers } from '../asapp/port';
import type { ConversationSettings } from '../contract/default-settings';
import { failureTypes, type FailureType } from '../contract/failures';
import { reasonOf } from '../contract/reason-of-failure';
import { STILL_WAITING, type StillWaiting } from '../contract/still-waiting';
import { WORKFLOW_REVISION } from '../contract/workflow-revision';
import { applyLegEvent, newLeg } from '../leg/leg-state';
import { routingFacts } from '../leg/routing-facts';
import type { RoutingFacts, RoutingPolicy } from '../routing/policy';

import { toFailure } from './asapp-failures';
import { awaitEnd } from './await-end';
import { chooseRoute } from './choose-route';
import { fetchTransfer } from './fetch-transfer';
import { OutlastingRequests } from './outlasting-requests';
import { pause } from './pause';
import { measured } from './request-metrics';
import { requestNumber } from './request-number';
import type {
  CallTransferActivities,
  FailedRequest,
  FetchedTransfer,
  FetchTransferInput,
  RequestNumberInput,
} from './types';

/** What the activities work with. */
export interface ActivityDependencies {
  asapp: CallTransfers;
  routing: RoutingPolicy;
  settings: ConversationSettings;
}

/**
 * How long a local activity waits for ASAPP: long enough for most answers, short enough that a hangup in the
 * meantime reaches the workflow before a number is handed out.
 */
const PATIENCE_MS = 400;

/** Some heartbeats in each second, after which Temporal gives an attempt to another worker. */
const HEARTBEAT_MS = 250;

/** The activities, as functions that a worker registers. */
export function createCallTransferActivities({
  asapp,
  routing,
  settings,
}: ActivityDependencies): CallTransferActivities {
  const requests = new OutlastingRequests();
  const recorded = () => ({ ...settings, workflowRevision: WORKFLOW_REVISION });

  const askForNumber = (input: RequestNumberInput) =>
    attempt(
      requests,
      { key: `POST ${input.conversationId} ${input.transferId}`, pauseMs: input.pauseMs },
      () => measured('create', () => requestNumber(asapp, input, settings.dialMarginMs)),
      toFailure,
    );
  const look = (input: FetchTransferInput) => measured('get', () => fetchTransfer(asapp, input));

  return {
    callTransferBeginConversation: async ({ requestedAt, answerWithinMs, ...input }) => {
      // Nobody waits any more for an answer that comes after the deadline.
      const limitMs = Math.min(settings.requestDeadlineMs, answerWithinMs ?? settings.requestDeadlineMs);
      if (Date.now() >= requestedAt + limitMs) {
        return {
          settings: recorded(),
          number: null,
          failure: { type: failureTypes.deadlineExceeded, retryDelayMs: null },
        };
      }
      try {
        const number = await askForNumber(input);
        return { settings: recorded(), number, failure: null, answeredAt: Date.now() };
      } catch (error) {
        const failure = asValue(error);
        const begun = { settings: recorded(), number: null, failure, answeredAt: Date.now() };
        if (failure.retryDelayMs !== null) return begun;
        return { ...begun, routed: await chooseRoute(routing, unavailable(input, requestedAt, failure)) };
      }
    },
    callTransferRequestNumber: askForNumber,
    callTransferFetchTransfer: async (input) => {
      const { untilEnded, pauseMs } = input;
      const transfer = await attempt(
        requests,
        // A look from before the hangup is no answer to a question after it.
        { key: `GET ${input.conversationId} ${input.leg.transferId} ${input.leg.phase}`, pauseMs },
        (number, signal) =>
          untilEnded
            ? awaitEnd(() => look(input), { paused: number === FIRST_REGULAR, signal })
            : look(input),
        // While it waits for an end there is time for more faults than ASAPP asks to put up with.
        (error, number) => toFailure(error, untilEnded ? Math.min(number, 3) : number),
      );
      return transfer === STILL_WAITING ? STILL_WAITING : await routed(routing, input, transfer);
    },
    callTransferEndTask: () => Promise.resolve(),
    callTransferChooseRoute: (facts) => chooseRoute(routing, facts),
  };
}

/** The number of the first attempt that is a regular activity's: the local one came before. */
const FIRST_REGULAR = 2;

/**
 * One attempt at a request: the first of them in a local activity, the later ones in a regular activity,
 * which also waits for a first that takes long.
 *
 * @param key - tells the request from others, for whoever takes it over
 * @param pauseMs - before the first attempt that is a regular activity's
 * @param request - gets the number of the attempt, and a signal that ends it
 */
async function attempt<T>(
  requests: OutlastingRequests,
  { key, pauseMs = 0 }: { key: string; pauseMs?: number | undefined },
  request: (attempt: number, signal: AbortSignal) => Promise<T>,
  asFailure: (error: unknown, attempt: number) => unknown,
): Promise<T | StillWaiting> {
  const { isLocal, attempt: ofActivity } = activityInfo();
  const number = isLocal ? 1 : ofActivity + 1;
  try {
    if (!isLocal) {
      return await alive(
        inTime(async (signal) => {
          if (number === FIRST_REGULAR && pauseMs > 0) await pause(pauseMs, signal);
          return await (requests.takeOver<T>(key) ?? request(number, signal));
        }),
      );
    }
    const begun = await requests.begin(key, () => request(number, cancellationSignal()), PATIENCE_MS);
    return begun === undefined ? STILL_WAITING : begun.answer;
  } catch (error) {
    if (error instanceof AsappError && error.kind === 'credentialsRefused') {
      log.error('ASAPP refuses the credentials: every call falls back until they are mended', {
        status: error.status,
      });
    }
    throw asFailure(error, number);
  }
}

/**
 * Gives up when the activity's time is over. Temporal would, too, but its timers are up to a second late, and an asker
 * waits. Both times are the server's: how far its clock is from this worker's does not matter.
 *
 * @param run - gets a signal that ends it: the time is over, or nobody wants the answer any more
 */
async function inTime<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
    activityInfo();
  const before = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const late = new AbortController();
  const running = run(AbortSignal.any([late.signal, cancellationSignal()]));
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        // What runs may know better why there is no answer.
        late.abort();
        setImmediate(reject, deadlineExceeded());
      },
      Math.max(0, scheduleToCloseTimeoutMs - before),
    );
  });
  return await Promise.race([running, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}

const deadlineExceeded = () =>
  ApplicationFailure.nonRetryable(
    'ASAPP gave no answer before the hard limit',
    failureTypes.deadlineExceeded,
  );

/** Lets Temporal know, while it waits, that this worker is alive. */
async function alive<T>(running: Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    heartbeat();
  }, HEARTBEAT_MS);
  try {
    return await running;
  } finally {
    clearInterval(timer);
  }
}

/** What the policy is asked where there is no number: what the fold that the workflow will do makes of the failure. */
function unavailable(
  { conversationId, transferId }: RequestNumberInput,
  requestedAt: number,
  { type }: FailedRequest,
): RoutingFacts {
  const reason = reasonOf(type, 'REQUEST_DEADLINE_EXCEEDED');
  const event = { type: 'numberUnavailable', reason, now: Date.now() } as const;
  const leg = applyLegEvent(newLeg(transferId, requestedAt), event);
  if (leg.end === null) throw new Error('A leg without a number goes on');
  return routingFacts(conversationId, leg, leg.end, 1);
}

/** Asks the policy together with the fetch, where the fold that the workflow will do ends the leg. */
async function routed(
  routing: RoutingPolicy,
  { conversationId, leg, legNumber, route }: FetchTransferInput,
  transfer: FetchedTransfer['transfer'],
): Promise<FetchedTransfer> {
  const { end } = applyLegEvent(leg, { type: 'transferSeen', transfer, now: Date.now() });
  if (end === null || !route) return { transfer, routed: null };
  return { transfer, routed: await chooseRoute(routing, routingFacts(conversationId, leg, end, legNumber)) };
}

function asValue(error: unknown): FailedRequest {
  if (!(error instanceof ApplicationFailure)) throw error;
  const { type, nonRetryable, nextRetryDelay } = error;
  const retryDelayMs = nonRetryable === true || typeof nextRetryDelay !== 'number' ? null : nextRetryDelay;
  return { type: type as FailureType, retryDelayMs };
}

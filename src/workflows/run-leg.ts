import { CancellationScope, isCancellation } from '@temporalio/workflow';

import type { FetchedTransfer } from '../activities/types';
import type { LegPhase } from '../contract/conversation-view';
import type { ConversationSettings } from '../contract/default-settings';
import type { FallbackReason } from '../contract/outcomes';
import type { AssignedNumber } from '../contract/transfer';
import { decidesByRecordedTimes, pausesInActivities } from '../contract/workflow-revision';
import { decideBy, nextWake } from '../leg/leg-schedule';
import type { LegEvent } from '../leg/leg-state';

import { askAgain, askAsapp, fallbackReason, type Question, type Within } from './activity-calls';
import { conditionWithin } from './condition-within';
import type { Leg, LegRequest } from './leg';

/** How long a look at ASAPP may take while nobody waits for its answer. */
const STATUS_CHECK_MS = 10_000;
/** Pause before the second look at a result that was not there at the first, where the activity makes none itself. */
const FIRST_POLL_MS = 250;

/** A leg from its number to its end, or to the first thing that ends it. */
export interface LegRun {
  leg: Leg;
  settings: ConversationSettings;
  /** Whether the policy is asked together with the result: a leg in a workflow of its own leaves that to its conversation. */
  route: boolean;
  /** Where a first attempt at the number has failed already: milliseconds until the next. */
  retryAfterMs?: number;
}

/**
 * A leg from its request to its end: the same for the first leg, which runs in the conversation's workflow,
 * and for the later ones, which run in their own.
 */
export async function runLeg(run: LegRun): Promise<void> {
  // Each step would find out by itself that it is not needed, but waiting for that costs every call.
  if (run.leg.state.phase === 'REQUESTING') await requestNumber(run);
  await awaitDisconnect(run);
  if (run.leg.state.phase === 'DISCONNECTED') await fetchResult(run);
}

/** Asks ASAPP for a number until there is one, or until it is of no use any more. */
export async function requestNumber({ leg, settings, retryAfterMs }: LegRun): Promise<void> {
  const { conversationId, transferId, country, inputContext, requestBy } = leg.request;
  const asking = { deadline: requestBy, summary: 'Request a number', settings };
  const question: Question<'callTransferRequestNumber'> = (asapp, pause) =>
    asapp.callTransferRequestNumber({ conversationId, transferId, country, inputContext, ...pause });
  await learn(
    leg,
    ['REQUESTING'],
    (within) =>
      retryAfterMs === undefined
        ? askAsapp(question, asking, within)
        : within(() => askAgain(question, asking, retryAfterMs)),
    (number) => numberEvent(leg.request, number, Date.now()),
    (failure) => ({
      type: 'numberUnavailable',
      reason: fallbackReason(failure, 'REQUEST_DEADLINE_EXCEEDED'),
      now: Date.now(),
    }),
  );
}

/** A number that comes when nobody waits for it any more is not handed out: its asker has sent the customer elsewhere. */
export const numberEvent = ({ requestBy }: LegRequest, number: AssignedNumber, now: number): LegEvent =>
  now < requestBy
    ? { type: 'numberAssigned', number, now }
    : { type: 'numberUnavailable', reason: 'REQUEST_DEADLINE_EXCEEDED', now };

/** Waits for call control's word, and looks at ASAPP where it should have come and has not. */
export async function awaitDisconnect(run: LegRun): Promise<void> {
  const { leg, settings } = run;
  while (leg.state.phase === 'DIALING' || leg.state.phase === 'CONNECTED') {
    const before = leg.state;
    const { at, summary, final } = nextWake(before, settings, Date.now());
    const isNews = () => leg.state !== before || leg.lookAsked;
    const wait = at - Date.now();
    // Whether to wait at all is for the leg's state to say, not for the time: see `contract/workflow-revision.ts`.
    const isDue = decidesByRecordedTimes(settings)
      ? before.connectUnverified && before.checkedAt === null
      : wait <= 0;
    const heard = !isDue && (await conditionWithin(isNews, Math.max(1, wait), { summary }));
    if (heard && !leg.lookAsked) continue;
    await lookAtAsapp(run);
    if (final && leg.state.phase === 'CONNECTED') {
      leg.apply({ type: 'callDurationExceeded', now: Date.now() });
    }
  }
}

async function lookAtAsapp(run: LegRun): Promise<void> {
  run.leg.lookAsked = false;
  await learn(
    run.leg,
    ['DIALING', 'CONNECTED'],
    (within) =>
      askAsapp(
        fetchTransfer(run, false),
        {
          deadline: Date.now() + STATUS_CHECK_MS,
          summary: 'Look at the transfer',
          settings: run.settings,
        },
        within,
      ),
    (fetched) => transferSeen(run.leg, fetched),
    () => ({ type: 'checkFailed', now: Date.now() }),
  );
}

/** Fetches the result under the hard limit: at once, and again and again while ASAPP's books lag behind. */
export async function fetchResult(run: LegRun): Promise<void> {
  const { leg, settings } = run;
  const asking = { deadline: decideBy(leg.state, settings), summary: 'Fetch the result', settings };
  const learnResult = (timedOut: FallbackReason, ask: (within: Within) => Promise<FetchedTransfer>) =>
    learn(
      leg,
      ['DISCONNECTED'],
      ask,
      (fetched) => transferSeen(leg, fetched),
      (failure) => ({
        type: 'resultUnavailable',
        reason: fallbackReason(failure, timedOut),
        now: Date.now(),
      }),
    );
  await learnResult('DISCONNECT_DEADLINE_EXCEEDED', (within) =>
    askAsapp(fetchTransfer(run, false), asking, within),
  );
  if (leg.ended) return;
  const pause = pausesInActivities(settings) ? 0 : FIRST_POLL_MS;
  await learnResult('RESULT_STILL_PENDING', (within) =>
    within(() => askAgain(fetchTransfer(run, true), { ...asking, attemptMs: Infinity }, pause)),
  );
  // ASAPP's answer may contradict itself, such as an expired transfer with a call: that is no result.
  leg.apply({ type: 'resultUnavailable', reason: 'RESULT_STILL_PENDING', now: Date.now() });
}

const fetchTransfer =
  ({ leg, route }: LegRun, untilEnded: boolean): Question<'callTransferFetchTransfer'> =>
  (asapp, pause) =>
    asapp.callTransferFetchTransfer({
      conversationId: leg.request.conversationId,
      leg: leg.state,
      legNumber: leg.request.legNumber,
      route,
      untilEnded,
      ...pause,
    });

function transferSeen(leg: Leg, { transfer, routed }: FetchedTransfer): LegEvent {
  leg.routed = routed;
  return { type: 'transferSeen', transfer, now: Date.now() };
}

/**
 * Asks until there is something to learn about a leg or the leg has moved on by itself, which cancels what
 * is asked within.
 */
async function learn<Answer>(
  leg: Leg,
  phases: LegPhase[],
  ask: (within: Within) => Promise<Answer>,
  onAnswer: (answer: Answer) => LegEvent,
  onFailure: (failure: unknown) => LegEvent,
): Promise<void> {
  if (!phases.includes(leg.state.phase)) return;
  let event: LegEvent | undefined;
  try {
    event = onAnswer(await ask((run) => whileIn(leg, phases, run)));
  } catch (failure) {
    event = isCancellation(failure) ? undefined : onFailure(failure);
  }
  if (event !== undefined) leg.apply(event);
}

/** Cancels what runs as soon as the leg is in none of these phases. */
async function whileIn<T>(leg: Leg, phases: LegPhase[], run: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  leg.moved = (phase) => {
    if (!phases.includes(phase)) scope.cancel();
  };
  leg.moved(leg.state.phase);
  try {
    return await scope.run(run);
  } finally {
    leg.moved = undefined;
  }
}

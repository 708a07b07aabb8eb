/**
 * A conversation as a pure fold over events, as a leg is.
 *
 * Invariants:
 * 1. At most one leg is in progress; it is the newest.
 * 2. Every ended leg gets one decision, which is never replaced.
 * 3. An event for a leg that is not the newest changes nothing and stays visible.
 * 4. What call control reports of a leg in a workflow of its own counts here at once, and again in what that workflow
 *    tells until it has heard of it: no report is lost with the workflow.
 */
import { LONGEST_REQUEST_DEADLINE_MS, type ConversationSettings } from '../contract/settings';
import { transportNamed } from '../contract/transport';
import { applyLegEvent } from '../leg/apply-leg-event';
import type { LegEvent, LegState } from '../leg/leg-state';

import { carried } from './carried';
import {
  canRedial,
  findLeg,
  isUndecided,
  newestLeg,
  newRecord,
  shorter,
  type ConversationEvent,
  type ConversationEventOf,
  type ConversationState,
  type LegRecord,
  type WantedLeg,
} from './conversation-state';

const MAX_LEGS_KEPT = 100;
const MAX_IGNORED_KEPT = 20;

/** The conversation after an event. Answers the same value if the event changes nothing. */
export const applyConversationEvent = (
  state: ConversationState,
  event: ConversationEvent,
): ConversationState => openedIfDecided(changed(state, event));

function changed(state: ConversationState, event: ConversationEvent): ConversationState {
  switch (event.type) {
    case 'begun':
      return onBegun(state, event);
    case 'settingsRead':
      return onSettingsRead(state, event.settings);
    case 'routed':
      return withLeg(state, event.transferId, (leg) =>
        isUndecided(leg) ? { ...leg, routed: event.routed } : leg,
      );
    case 'legRequested':
      return onLegRequested(state, event);
    case 'redialRequested':
      return onRedialRequested(state, event);
    case 'reported':
      return onReported(state, event);
    case 'legAsked':
      return newestLeg(state)?.request.transferId === event.transferId
        ? reportedToNewest(state, event.event)
        : state;
    case 'leg':
      return withLeg(state, event.transferId, (leg) => withState(leg, applyLegEvent(leg.state, event.event)));
    case 'legTold':
      return onLegTold(state, event);
    case 'decided':
      return onDecided(state, event);
    case 'decidedEarlier':
      return withLeg(state, event.transferId, (leg) =>
        isUndecided(leg) ? shortened({ ...leg, earlierDecision: event.decision }) : leg,
      );
    case 'reconnectionAwaited':
      return { ...state, reconnectUntil: event.until };
    case 'continuedAsNew':
      return { ...carried(state), legCountBefore: state.legCount };
    case 'cancelled':
      return onCancelled(state, event.now);
  }
}

function onBegun(
  state: ConversationState,
  { request, requestedAt, newId }: ConversationEventOf<'begun'>,
): ConversationState {
  if (state.legs.length > 0) return state;
  const { conversationId, transferId, transport, inputContext } = state.input;
  const limitMs = shorter(LONGEST_REQUEST_DEADLINE_MS, request?.answerWithinMs);
  const begun = opened(
    // The context is the leg's from now on: a run that continues as new carries no copy.
    { ...state, input: { ...state.input, inputContext: undefined } },
    {
      conversationId,
      transferId: transferId ?? request?.transferId ?? newId,
      transport,
      inputContext: inputContext ?? request?.inputContext,
      requestedAt,
      requestBy: requestedAt + limitMs,
      redialOf: null,
    },
  );
  return state.cancelled ? onCancelled(begun, requestedAt) : begun;
}

/** The first leg's limit is known with them. */
function onSettingsRead(state: ConversationState, settings: ConversationSettings): ConversationState {
  if (state.settings !== null) return state;
  const legs = state.legs.map((leg) => {
    const { requestedAt, requestBy } = leg.request;
    const limit = Math.min(requestBy, requestedAt + settings.requestDeadlineMs);
    return { ...leg, request: { ...leg.request, requestBy: limit } };
  });
  return { ...state, settings, legs };
}

function onLegRequested(
  state: ConversationState,
  { request, transferId, now }: ConversationEventOf<'legRequested'>,
): ConversationState {
  const isKnown = state.wanted !== null || findLeg(state, transferId) !== undefined;
  if (state.settings === null || state.cancelled || isKnown) return state;
  const { conversationId, transport } = state.input;
  const asked: ConversationState = {
    ...state,
    wanted: {
      conversationId,
      transferId,
      transport: transportNamed(request) ?? transport,
      inputContext: request.inputContext,
      requestedAt: request.at === undefined ? now : Math.min(Date.parse(request.at), now),
      requestBy: now + shorter(state.settings.requestDeadlineMs, request.answerWithinMs),
      redialOf: null,
    },
  };
  // The customer hung up and is here again: their route needs no result of the leg before.
  const isBack = newestLeg(state)?.state.disconnect?.by === 'CUSTOMER';
  return isBack ? reportedToNewest(asked, { type: 'outOfTime', now }) : asked;
}

function onRedialRequested(
  state: ConversationState,
  { transferId, newId, answerBy, now }: ConversationEventOf<'redialRequested'>,
): ConversationState {
  const leg = findLeg(state, transferId);
  if (leg === undefined || state.settings === null || !canRedial(state, leg)) return state;
  const requestBy = Math.min(answerBy, now + state.settings.requestDeadlineMs);
  return opened(state, {
    ...leg.request,
    transferId: newId,
    requestedAt: now,
    requestBy,
    redialOf: transferId,
  });
}

function onReported(
  state: ConversationState,
  { what, transferId, event, now }: ConversationEventOf<'reported'>,
): ConversationState {
  const ignoredBecause = (why: string): ConversationState => {
    const latest = [
      ...state.ignored.latest,
      { event: what, transferId, why, at: new Date(now).toISOString() },
    ];
    return { ...state, ignored: { count: state.ignored.count + 1, latest: latest.slice(-MAX_IGNORED_KEPT) } };
  };
  if (transferId === null || event === null) return ignoredBecause('the payload is not valid');
  const leg = findLeg(state, transferId);
  if (leg === undefined) return ignoredBecause('no leg has this transferId');
  if (leg !== newestLeg(state)) return ignoredBecause('a newer leg has begun');
  const reported = reportedToNewest(state, event);
  if (reported !== state) return reported;
  return ignoredBecause(leg.state.end === null ? 'repeated or out of order' : 'the leg has ended');
}

function onLegTold(
  state: ConversationState,
  { transferId, state: told, heard }: ConversationEventOf<'legTold'>,
): ConversationState {
  return withLeg(state, transferId, (leg) => {
    if (leg.state.end !== null) return leg;
    return { ...leg, state: leg.reports.slice(heard).reduce(applyLegEvent, told) };
  });
}

function onDecided(
  state: ConversationState,
  { transferId, decision, mayRedial, task, searchAttributes }: ConversationEventOf<'decided'>,
): ConversationState {
  const decided = withLeg(state, transferId, (leg) =>
    leg.state.end !== null && isUndecided(leg) ? shortened({ ...leg, decision, mayRedial, task }) : leg,
  );
  if (decided === state || state.settings === null) return decided;
  return { ...decided, settings: { ...state.settings, searchAttributes } };
}

function onCancelled(state: ConversationState, now: number): ConversationState {
  return reportedToNewest({ ...state, cancelled: true, wanted: null }, { type: 'cancelled', now });
}

/** The newest leg after a report, which it is told of if it runs in a workflow of its own. */
function reportedToNewest(state: ConversationState, event: LegEvent): ConversationState {
  const leg = newestLeg(state);
  if (leg === undefined) return state;
  return withLeg(state, leg.request.transferId, () => {
    const changed = withState(leg, applyLegEvent(leg.state, event));
    return changed === leg ? leg : { ...changed, reports: [...leg.reports, event] };
  });
}

/** The wanted leg begins as soon as the newest is over and decided, whichever event says so. */
function openedIfDecided(state: ConversationState): ConversationState {
  const leg = newestLeg(state);
  if (state.wanted === null || state.cancelled || leg === undefined) return state;
  return leg.state.end === null || isUndecided(leg)
    ? state
    : opened({ ...state, wanted: null }, state.wanted);
}

function opened(state: ConversationState, { redialOf, ...wanted }: WantedLeg): ConversationState {
  const legNumber = state.legCount + 1;
  const last = newestLeg(state);
  const request = {
    ...wanted,
    legNumber,
    taskName:
      wanted.inputContext?.taskName ?? last?.decision?.currentTaskName ?? last?.request.taskName ?? null,
    isAdmitted: last !== undefined && last.state.end?.reason !== 'NOT_ADMITTED',
  };
  const before = state.legs.map((leg) => shortened({ ...leg, mayRedial: false }));
  const legs = [...before, newRecord(request, redialOf)];
  return { ...state, legCount: legNumber, legs: legs.slice(-MAX_LEGS_KEPT), reconnectUntil: null };
}

/** A leg that is over, without what nobody asks for any more: its context is in its decision. */
function shortened(leg: LegRecord): LegRecord {
  const { inputContext: _, ...request } = leg.request;
  const { state } = leg;
  return {
    ...leg,
    // A fresh number would be requested with the same context.
    request: leg.mayRedial ? leg.request : request,
    reports: [],
    routed: null,
    state: state.end === null ? state : { ...state, end: { ...state.end, context: null } },
  };
}

const withState = (leg: LegRecord, state: LegState): LegRecord =>
  state === leg.state ? leg : { ...leg, state };

function withLeg(
  state: ConversationState,
  transferId: string,
  change: (leg: LegRecord) => LegRecord,
): ConversationState {
  const leg = findLeg(state, transferId);
  if (leg === undefined) return state;
  const changed = change(leg);
  if (changed === leg) return state;
  return { ...state, legs: state.legs.map((each) => (each === leg ? changed : each)) };
}

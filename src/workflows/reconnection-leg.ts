import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { LegResult, Routed } from '../contract/leg-result';
import { WAY_BACK_MS } from '../contract/names';
import type { ConversationSettings } from '../contract/settings';
import type { LegRequest } from '../conversation/conversation-state';
import { applyLegEvent } from '../leg/apply-leg-event';
import { newLeg, type LegEvent, type LegState } from '../leg/leg-state';
import { describeLeg, legResult } from '../leg/leg-views';

import { Alarm } from './alarm';
import { legReportsSignal, legToldSignal } from './later-leg';
import { runLeg, type LegEventNow, type LegNews, type RunningLeg } from './run-leg';

/** The argument of `reconnectionLegWorkflow`: plain JSON, made by the conversation. */
export interface ReconnectionLegInput {
  request: LegRequest;
  settings: ConversationSettings;
}

/** A leg after the first, whole, as a child of its conversation. */
export async function reconnectionLegWorkflow({
  request,
  settings,
}: ReconnectionLegInput): Promise<LegResult> {
  let heard = 0;
  const leg = new LegOfItsOwn(request, settings);
  setHandler(legReportsSignal, (reports) => {
    for (const report of reports.slice(heard)) leg.report(report);
    heard = Math.max(heard, reports.length);
  });
  CancellationScope.current().cancelRequested.catch(() => {
    leg.report({ type: 'cancelled', now: Date.now() });
  });
  return await CancellationScope.nonCancellable(async () => {
    const telling = tellConversation(leg, () => heard);
    await runLeg(leg);
    await telling;
    await condition(allHandlersFinished);
    const { state } = leg;
    if (state.end === null) throw new Error('The leg ran to its end without an outcome');
    return { ...legResult(state, state.end), routed: leg.routed };
  });
}

class LegOfItsOwn implements RunningLeg {
  /** The way back to call control leads through the conversation. */
  readonly wayBackMs = 2 * WAY_BACK_MS;
  /** How often something happened that its conversation cannot know. */
  news = 0;
  routed: Routed | null = null;
  readonly alarm = new Alarm();
  state: LegState;

  constructor(
    readonly request: LegRequest,
    readonly settings: ConversationSettings,
  ) {
    this.state = newLeg(request.transferId, request.requestedAt);
  }

  apply(event: LegEventNow): void {
    if (this.report({ ...event, now: Date.now() })) this.news++;
  }

  learn({ routed }: LegNews): void {
    if (routed !== undefined) this.routed = routed;
  }

  /** What its conversation knows already. */
  report(event: LegEvent): boolean {
    const before = this.state;
    this.state = applyLegEvent(before, event);
    if (this.state === before) return false;
    setCurrentDetails(describeLeg(this.state));
    return true;
  }
}

/** Tells the conversation each change that it cannot know, but the end: that is the result. */
async function tellConversation(leg: LegOfItsOwn, heard: () => number): Promise<void> {
  const conversation = workflowInfo().parent;
  if (conversation === undefined) return;
  const handle = getExternalWorkflowHandle(conversation.workflowId);
  let told = 0;
  const isOver = () => leg.state.end !== null;
  for (;;) {
    await condition(() => leg.news > told || isOver());
    if (isOver()) return;
    told = leg.news;
    // A conversation that is gone needs no news.
    await handle.signal(legToldSignal, leg.request.transferId, leg.state, heard()).catch(() => undefined);
  }
}

import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { ConversationSettings } from '../contract/default-settings';
import type { LegResult } from '../contract/leg-result';
import type { LegEvent, LegState } from '../leg/leg-state';
import { legResult } from '../leg/leg-views';

import { legEventSignal, legOrderSignal } from './internal-messages';
import { Leg, type LegRequest } from './leg';
import { Presentation } from './presentation';
import { awaitDisconnect, runLeg, type LegRun } from './run-leg';

/** The argument of `reconnectionLegWorkflow`: plain JSON, made by the conversation. */
export interface ReconnectionLegInput {
  request: LegRequest;
  settings: ConversationSettings;
  /** The leg as it stands. Absent: of the first revision, it does all its work itself. */
  state?: LegState;
}

/**
 * A leg after the first, as a child of its conversation.
 *
 * It waits for the end of a call: the conversation asks ASAPP for the number and for the result, and tells it of what it
 * hears from call control; it tells the conversation what it learns itself.
 */
export async function reconnectionLegWorkflow({
  request,
  settings,
  state,
}: ReconnectionLegInput): Promise<LegResult> {
  const presentation = new Presentation();
  const leg = new Leg(
    request,
    (changed, event) => {
      presentation.leg(changed, settings);
      if (!changed.ended) tellConversation(event);
    },
    state,
  );
  const conversation = workflowInfo().parent;
  const told: Promise<unknown>[] = [];
  const tellConversation = (event: LegEvent) => {
    const isNews = event.type !== 'connected' && event.type !== 'disconnected';
    if (conversation === undefined || !isNews) return;
    const { workflowId, runId } = conversation;
    // A conversation that is gone needs no news.
    told.push(
      getExternalWorkflowHandle(workflowId, runId)
        .signal(legEventSignal, leg.transferId, event)
        .catch(() => undefined),
    );
  };

  // An order may have come before this began: its handler runs at once.
  setHandler(legOrderSignal, (order) => {
    if (order.type === 'look') leg.lookAsked = true;
    else leg.apply(order);
  });

  CancellationScope.current().cancelRequested.catch(() => leg.apply({ type: 'cancelled', now: Date.now() }));
  return await CancellationScope.nonCancellable(async () => {
    presentation.leg(leg, settings);
    const run = { leg, settings, route: false };
    await (state === undefined ? runLeg(run) : awaitEnd(run));
    await Promise.all(told);
    await condition(allHandlersFinished);
    if (leg.state.end === null) throw new Error('The leg ran to its end without an outcome');
    return legResult(leg.state, leg.state.end);
  });
}

/** Waits for what happens on the line, and for the conversation to say how the leg ended. */
async function awaitEnd(run: LegRun): Promise<void> {
  await awaitDisconnect(run);
  if (!run.leg.ended) await condition(() => run.leg.ended);
}

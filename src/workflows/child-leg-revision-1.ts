/**
 * Revision 1 of the workflows (`contract/workflow-revision.ts`): a leg after the first did all its work in a workflow of its
 * own. Histories of that time are replayed by it.
 */
import { CancellationScope, condition, isCancellation, setHandler, startChild } from '@temporalio/workflow';

import type { ConversationSettings } from '../contract/default-settings';
import { legWorkflowId, WORKFLOW_TASK_TIMEOUT_MS } from '../contract/names';
import type { FallbackReason } from '../contract/outcomes';
import { decideBy } from '../leg/leg-schedule';
import { settledEvent } from '../leg/leg-views';

import { closed } from './closed';
import { legEventSignal, legOrderSignal } from './internal-messages';
import type { Leg, LegOrder } from './leg';
import { reconnectionLegWorkflow } from './reconnection-leg';

/** What the way to the child and back may take of a hard limit. */
const HOP_MS = 400;

/**
 * A leg in a workflow of its own, as its conversation sees it: reports go there, news and the result come
 * back, and the hard limits hold whatever becomes of it.
 *
 * @returns when the leg has ended: the promise inside settles when its workflow has closed, too
 */
export async function runLegInChild(
  leg: Leg,
  settings: ConversationSettings,
): Promise<{ closed: Promise<void> }> {
  setHandler(legEventSignal, (transferId, event) => {
    if (transferId === leg.transferId) leg.apply(event);
  });
  const scope = new CancellationScope();
  const child = scope.run(() => follow(leg, settings));
  await keepDeadlines(leg, settings);
  leg.forward = undefined;
  return { closed: closed(scope, child) };
}

async function follow(leg: Leg, settings: ConversationSettings): Promise<void> {
  const { conversationId, transferId, legNumber, requestBy } = leg.request;
  try {
    const started = startChild(reconnectionLegWorkflow, {
      workflowId: legWorkflowId(conversationId, transferId),
      args: [
        {
          request: { ...leg.request, requestBy: requestBy - HOP_MS },
          settings: { ...settings, disconnectDeadlineMs: settings.disconnectDeadlineMs - HOP_MS },
        },
      ],
      staticSummary: `Leg ${legNumber}: ${transferId}`,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    });
    leg.forward = (order: LegOrder) => {
      // A child that has closed has ended the leg by itself.
      started.then((child) => child.signal(legOrderSignal, tightened(order))).catch(() => undefined);
    };
    const result = await (await started).result();
    leg.apply(settledEvent(result, Date.now()));
  } catch (failure) {
    giveUp(leg, isCancellation(failure) ? 'WORKFLOW_CANCELLED' : 'INTERNAL_ERROR');
  }
}

/** The child answers a little before its conversation has to. */
const tightened = (order: LegOrder): LegOrder =>
  order.type === 'disconnected' && order.answerWithinMs !== undefined
    ? { ...order, answerWithinMs: Math.max(1, order.answerWithinMs - HOP_MS) }
    : order;

/** The hard limits, kept here as well, for a child that cannot keep them. */
async function keepDeadlines(leg: Leg, settings: ConversationSettings): Promise<void> {
  while (!leg.ended) {
    const { phase, disconnect } = leg.state;
    const moved = () => leg.state.phase !== phase;
    if (phase === 'REQUESTING') {
      const wait = Math.max(1, leg.request.requestBy - Date.now());
      if (!(await condition(moved, wait, { summary: 'Hard limit of the number' }))) {
        giveUp(leg, 'REQUEST_DEADLINE_EXCEEDED');
      }
    } else if (phase === 'DISCONNECTED' && disconnect !== null) {
      const wait = Math.max(1, decideBy(leg.state, settings) - Date.now());
      if (!(await condition(moved, wait, { summary: 'Hard limit of the decision' }))) {
        giveUp(leg, 'DISCONNECT_DEADLINE_EXCEEDED');
      }
    } else {
      await condition(moved);
    }
  }
}

/** Ends the leg without its workflow. */
function giveUp(leg: Leg, reason: FallbackReason): void {
  const now = Date.now();
  leg.apply({ type: 'numberUnavailable', reason, now });
  leg.apply({ type: 'resultUnavailable', reason, now });
  const { connectedAt, disconnect } = leg.state;
  leg.apply({
    type: 'settled',
    connectedAt,
    disconnectedAt: disconnect?.at ?? null,
    end: { outcome: 'CONTEXT_UNAVAILABLE', reason, detectedBy: 'STATUS_CHECK', context: null, endedAt: now },
    now,
  });
}

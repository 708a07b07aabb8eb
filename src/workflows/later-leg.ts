/**
 * A leg after the first, as its conversation runs it.
 *
 * The conversation asks ASAPP, so that whoever asks waits for one workflow and not for two. What happens on the line is
 * waited for in a workflow of the leg's own, which tells what it learns; whatever becomes of that workflow, the leg goes
 * on here.
 */
import { CancellationScope, condition, setHandler, startChild } from '@temporalio/workflow';

import type { ConversationSettings } from '../contract/default-settings';
import { legWorkflowId, WORKFLOW_TASK_TIMEOUT_MS } from '../contract/names';
import { asksForLaterLegs } from '../contract/workflow-revision';
import type { LegEvent, LegState } from '../leg/leg-state';
import { settledEvent } from '../leg/leg-views';

import { runLegInChild } from './child-leg-revision-1';
import { closed } from './closed';
import { legEventSignal, legOrderSignal } from './internal-messages';
import type { Leg, LegOrder } from './leg';
import { reconnectionLegWorkflow } from './reconnection-leg';
import { awaitDisconnect, fetchResult, requestNumber, type LegRun } from './run-leg';

/**
 * Runs a leg to its end.
 *
 * @returns when the leg has ended: the promise inside settles when its workflow has closed, too
 */
export async function runLaterLeg(run: LegRun): Promise<{ closed: Promise<void> }> {
  const { leg, settings } = run;
  if (!asksForLaterLegs(settings)) return await runLegInChild(leg, settings);

  if (leg.state.phase === 'REQUESTING') await requestNumber(run);
  const scope = new CancellationScope();
  const child = new ChildLeg(leg, settings);
  const following = scope.run(() => child.follow());
  await condition(() => child.isGone || !isUp(leg.state));
  await awaitDisconnect(run);
  // Asked before the result is fetched: whether it closes meanwhile a replay may see otherwise.
  const { isGone } = child;
  if (leg.state.phase === 'DISCONNECTED') await fetchResult(run);
  if (!isGone) child.tellEnd();
  return { closed: closed(scope, following) };
}

const isUp = ({ phase }: LegState) => phase === 'DIALING' || phase === 'CONNECTED';

/** The workflow that waits for what happens on the line. */
class ChildLeg {
  /** Whether there is no workflow, or none any more, that waits. */
  isGone = false;
  private tell: (order: LegOrder) => void = () => undefined;

  constructor(
    private readonly leg: Leg,
    private readonly settings: ConversationSettings,
  ) {}

  /** Starts it, and listens to it until it has closed. */
  async follow(): Promise<void> {
    const { leg, settings } = this;
    const { conversationId, transferId, legNumber } = leg.request;
    setHandler(legEventSignal, (about, event) => {
      if (about === transferId) leg.apply(event);
    });
    try {
      const started = startChild(reconnectionLegWorkflow, {
        workflowId: legWorkflowId(conversationId, transferId),
        args: [{ request: leg.request, settings, state: leg.state }],
        staticSummary: `Leg ${legNumber}: ${transferId}`,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      });
      this.tell = (order) => {
        // One that has closed has told how the leg ended.
        started.then((child) => child.signal(legOrderSignal, order)).catch(() => undefined);
      };
      leg.forward = (order) => {
        // How the leg ends is told when it is known.
        if (order.type === 'connected' || order.type === 'look') this.tell(order);
      };
      const result = await (await started).result();
      leg.apply(settledEvent(result, Date.now()));
    } catch {
      // It could not be started, or was ended from outside: the leg goes on without it.
    } finally {
      this.isGone = true;
      leg.forward = undefined;
    }
  }

  tellEnd(): void {
    this.leg.forward = undefined;
    const event = endOf(this.leg.state);
    if (event !== undefined) this.tell(event);
  }
}

function endOf({ end, connectedAt, disconnect }: LegState): LegEvent | undefined {
  if (end === null) return undefined;
  return { type: 'settled', connectedAt, disconnectedAt: disconnect?.at ?? null, end, now: Date.now() };
}

import type { CallTransferClient } from '../client/call-transfer-client';
import { ConversationNotFoundError } from '../client/errors';
import { failureTypes, refusalType } from '../contract/failures';
import type { NextStep } from '../contract/next-step';
import { LatestMap } from '../environment/latest-map';

import type { Calls } from './calls';
import type { CallerLeft, LegRequested } from './leg-events';
import type { AwaitingEvent, Log, NextSteps } from './next-steps';

/** How the phone systems' own legs are named, `{call's id}.{visit}`: Telnyx's call has one visit, others have a hash or a UUID. */
const VISIT = /\.(?:1|[0-9a-f]{12}|[0-9a-f-]{36})$/;

/** Some hours of a busy gateway, in a megabyte. */
const CALLS_REMEMBERED = 20_000;

/**
 * Next steps for phone systems' own webhooks, which can be told nothing but a step, and send the same thing more than once.
 *
 * 1. Whoever talks is never moved: no step for a caller who is connected, or whom another webhook has routed.
 * 2. A caller who waits gets a step, whatever the workflow refuses.
 * 3. A caller's hangup ends whichever leg of that very call is open, and the call gets no other.
 */
export class WebhookSteps {
  /** Calls whose callers have hung up. A captured request of one gets no fresh number. */
  private readonly over = new LatestMap<string, true>(CALLS_REMEMBERED);

  constructor(
    private readonly client: CallTransferClient,
    private readonly steps: NextSteps,
    private readonly calls: Calls,
  ) {}

  /**
   * What comes next for the caller, or nothing.
   *
   * @param callId - whose visit a request is
   */
  async after(event: AwaitingEvent, callId: string | undefined, log: Log): Promise<NextStep | undefined> {
    if (callId !== undefined && event.type === 'leg.requested' && this.over.has(callId)) {
      log.warn({ callId }, 'A request of a call that is over is ignored: it may be a captured one');
      return undefined;
    }
    let isOld = false as boolean;
    try {
      const step = await this.steps.after(event, log, () => {
        isOld = true;
      });
      if (!isOld || step.action === 'DIAL') return step;
      // A number was dialled after this request, and another webhook has said what came of it.
      const wasDialled = event.type === 'leg.requested' && step.decision.outcome !== 'TRANSFER_UNAVAILABLE';
      return wasDialled || (await this.isTalking(event)) ? undefined : step;
    } catch (error) {
      const type = typeOf(error);
      if (type === failureTypes.numberNotDialable) return undefined;
      if (type === failureTypes.legInProgress && event.type === 'leg.requested' && callId !== undefined)
        return await this.besideOpenLeg(event, callId, log);
      return (await this.isTalking(event)) ? undefined : this.steps.fallback(event, refused(type), log);
    }
  }

  /** The caller hung up: ends the open leg, if it is one of that call's. */
  async left({ data: { callId, ...data } }: CallerLeft): Promise<void> {
    this.over.set(callId, true);
    const leg = await this.openLegOf(data.conversationId, callId);
    if (leg === undefined) return;
    const report = { ...data, transferId: leg.transferId, by: 'CUSTOMER' } as const;
    await this.steps.note({ type: 'leg.disconnected', data: report });
  }

  /** The conversation has an open leg, so that it can have no other now. */
  private async besideOpenLeg(event: LegRequested, callId: string, log: Log): Promise<NextStep | undefined> {
    const { conversationId, transferId, ...request } = event.data;
    const leg = await this.openLegOf(conversationId, callId);
    if (leg?.phase === 'CONNECTED') return undefined;
    // The same visit, told once more under another name: its leg is being requested, or waits to be dialled.
    if (leg !== undefined && transferId !== undefined)
      return await this.after({ ...event, data: { ...request, conversationId } }, callId, log);
    if (leg === undefined && this.calls.separate(callId, conversationId))
      return await this.after({ ...event, data: { ...event.data, conversationId: callId } }, callId, log);
    return this.steps.fallback(event, refused(failureTypes.legInProgress), log);
  }

  /** The conversation's newest leg, if it is open and the call's own. The policy's fresh numbers have ids of their own. */
  private async openLegOf(conversationId: string, callId: string) {
    const view = await this.conversation(conversationId);
    if (view === undefined || view.phase === 'ENDED') return undefined;
    const named = view.legs.findLast(({ transferId }) => VISIT.test(transferId));
    const isOfCall = named === undefined || named.transferId.startsWith(`${callId}.`);
    return isOfCall ? { transferId: view.currentTransferId, phase: view.phase } : undefined;
  }

  /** If that cannot be found out the caller gets the step: whoever sends a webhook once more may wait for it. */
  private async isTalking({ data: { conversationId } }: AwaitingEvent): Promise<boolean> {
    const view = await this.conversation(conversationId).catch(() => undefined);
    return view?.phase === 'CONNECTED';
  }

  private async conversation(conversationId: string) {
    return await this.client.conversation(conversationId).catch((error: unknown) => {
      if (error instanceof ConversationNotFoundError) return undefined;
      throw error;
    });
  }
}

/** Temporal is there: nobody need be woken. */
const refused = (why: string) => ({ reason: 'REQUEST_REFUSED', why }) as const;

const typeOf = (error: unknown): string => refusalType(error) ?? (error as Error).name;

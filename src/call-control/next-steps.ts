import { setTimeout as sleep } from 'node:timers/promises';

import { ApplicationFailure } from '@temporalio/common';

import type { CallTransferClient } from '../client/call-transfer-client';
import { ConversationNotFoundError, NoAnswerError } from '../client/errors';
import type { NextStep } from '../contract/next-step';
import type { Outcome } from '../contract/outcomes';

import type { LegConnected, LegDisconnected, LegEvent, LegRequested } from './leg-events';
import type { Route } from './routes';

export interface NextStepsOptions {
  client: CallTransferClient;
  /** Where a caller goes when Temporal gives no answer. */
  fallbackRoute: Route;
  /** Hard limit from a request to the next step, milliseconds. Default: 5,000. Call-control platforms give a webhook 5–15 s in all. */
  requestLimitMs?: number;
  /** Hard limit from a disconnect to the next step, milliseconds. Default: 4,000. */
  disconnectLimitMs?: number;
  /** Told of every step that a caller gets. */
  onStep?: (event: AwaitingEvent, step: NextStep) => void;
}

/** An event after which a caller waits to be told what comes next. */
export type AwaitingEvent = LegRequested | LegDisconnected;

/** What is left of a hard limit for the answer's way back, milliseconds. */
const WAY_BACK_MS = 100;

/** How long a disconnect that Temporal could not be told of is tried again, and how often, milliseconds. */
const TELL_LATER_MS = 10 * 60_000;
const TELL_AGAIN_MS = 2000;

/** Takes leg events to the workflow, and answers what comes next, always within the hard limit. */
export class NextSteps {
  private readonly limits: Record<AwaitingEvent['type'], number>;
  private isClosed = false;

  constructor(private readonly options: NextStepsOptions) {
    this.limits = {
      'leg.requested': (options.requestLimitMs ?? 5000) - WAY_BACK_MS,
      'leg.disconnected': (options.disconnectLimitMs ?? 4000) - WAY_BACK_MS,
    };
  }

  /**
   * What comes next for the caller. Where Temporal gives no answer in time, or anything unexpected happens, it is
   * the fallback route; the workflow is told of a disconnect later, so that it does not take the call for one that
   * goes on.
   *
   * @param onFallback - told why
   * @throws ApplicationFailure where the workflow refuses: `InvalidInput`, `UnknownLeg`, `LegInProgress`,
   *   `NumberNotDialable`, `TransferIdConflict`
   * @throws ConversationNotFoundError
   */
  async after(event: AwaitingEvent, onFallback: (why: Error) => void): Promise<NextStep> {
    const step = await this.stepAfter(event, onFallback);
    this.options.onStep?.(event, step);
    return step;
  }

  /** The step for a caller about whom the workflow cannot be asked. */
  fallback(event: AwaitingEvent): NextStep {
    const step = this.fallbackStep(event);
    this.options.onStep?.(event, step);
    return step;
  }

  /** Gives up what is still to be told. */
  close(): void {
    this.isClosed = true;
  }

  /**
   * Tells the workflow and waits for no decision.
   *
   * @returns false where the conversation has ended, so that there was nobody to tell
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   */
  async note(event: LegConnected | LegDisconnected): Promise<boolean> {
    const { conversationId, ...report } = withTime(event);
    const { client } = this.options;
    const isHeard =
      event.type === 'leg.connected'
        ? await client.reportConnected(conversationId, report)
        : await client.signalDisconnected(conversationId, report);
    // Nobody was there to hear it: known or not is what the sender must learn.
    if (!isHeard && !(await client.isKnown(conversationId)))
      throw new ConversationNotFoundError(conversationId);
    return isHeard;
  }

  private async stepAfter(event: AwaitingEvent, onFallback: (why: Error) => void): Promise<NextStep> {
    try {
      return await within(this.limits[event.type], this.ask(event));
    } catch (error) {
      const isRefusal = error instanceof ApplicationFailure || error instanceof ConversationNotFoundError;
      if (isRefusal || !(error instanceof Error)) throw error;
      onFallback(error);
      if (event.type === 'leg.disconnected') void this.noteLater(event);
      return this.fallbackStep(event);
    }
  }

  private fallbackStep(event: AwaitingEvent): NextStep {
    const { conversationId, transferId } = event.data;
    const outcome: Outcome = event.type === 'leg.requested' ? 'TRANSFER_UNAVAILABLE' : 'CONTEXT_UNAVAILABLE';
    return {
      action: 'ROUTE',
      decision: {
        conversationId,
        transferId: transferId ?? '',
        outcome,
        route: this.options.fallbackRoute,
        currentTaskName: null,
        referenceVariables: {},
        transferVariables: {},
        fallback: true,
        reason: 'TEMPORAL_UNAVAILABLE',
        legs: [],
      },
    };
  }

  private async noteLater(event: LegDisconnected): Promise<void> {
    const until = Date.now() + TELL_LATER_MS;
    while (!this.isClosed && Date.now() < until) {
      await sleep(TELL_AGAIN_MS, undefined, { ref: false });
      try {
        await this.note(event);
        return;
      } catch (error) {
        // Whatever else than silence: there is nobody to tell.
        if (!(error instanceof NoAnswerError)) return;
      }
    }
  }

  private async ask(event: AwaitingEvent): Promise<NextStep> {
    const { client } = this.options;
    const options = { answerTimeoutMs: this.limits[event.type] };
    if (event.type === 'leg.requested') return await client.requestTransfer(event.data, options);
    const { conversationId, ...report } = withTime(event);
    return await client.reportDisconnect(conversationId, report, options);
  }
}

/** The hard limit holds whatever becomes of the ask, which may still be carried out: a repetition is safe. */
async function within<T>(limitMs: number, ask: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswerError('The hard limit has passed'));
    }, limitMs);
  });
  return await Promise.race([ask, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** A report says itself when it happened; where it does not, the event does. */
const withTime = <E extends Exclude<LegEvent, LegRequested>>({ timestamp, data }: E): E['data'] => ({
  ...data,
  at: data.at ?? timestamp,
});

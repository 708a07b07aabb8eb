import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyBaseLogger } from 'fastify';

import { ConversationNotFoundError, NoAnswerError } from '../client/errors';
import { refusalType } from '../contract/failures';
import type { NextStep } from '../contract/next-step';
import type { FallbackReason } from '../contract/outcomes';
import type { RoutingDecision } from '../contract/routing-decision';

import type { GatewayOptions } from './gateway/create-gateway';
import type { LegConnected, LegDisconnected, LegRequested } from './leg-events';
import { BusyError, Load } from './load';
import { ToldLater } from './told-later';

/** An event after which a caller waits to be told what comes next. */
export type AwaitingEvent = LegRequested | LegDisconnected;

/** What is left of a hard limit for the answer's way back, milliseconds. */
const WAY_BACK_MS = 100;

/** So much later than its time limit the client may say why it has no answer, milliseconds. */
const WHY_MS = 50;

export type Log = Pick<FastifyBaseLogger, 'warn'>;

/** Takes leg events to the workflow, and answers what comes next, always within the hard limit. */
export class NextSteps {
  private readonly later = new ToldLater((event) => this.tell(event));
  private readonly load: Load;

  constructor(
    private readonly options: Pick<
      GatewayOptions,
      'client' | 'fallbackRoute' | 'requestLimitMs' | 'disconnectLimitMs' | 'busyAfterMs' | 'onStep'
    >,
  ) {
    this.load = new Load(options.busyAfterMs);
  }

  /**
   * What comes next for the caller. If Temporal gives no answer in time, if more comes than the gateway can carry, or if anything
   * unexpected happens, it is the fallback route; the workflow is told of a disconnect later, so that it does not take the
   * call for one that goes on.
   *
   * @param log - hears why a caller gets the fallback route. Ids only: nothing of the event's rest is for the log
   * @param onRepetition - called if the answer is an old one
   * @throws ApplicationFailure if the workflow refuses: `InvalidInput`, `UnknownLeg`, `LegInProgress`,
   *   `NumberNotDialable`, `TransferIdConflict`
   * @throws ConversationNotFoundError
   */
  async after(event: AwaitingEvent, log: Log, onRepetition?: () => void): Promise<NextStep> {
    if (!this.load.hasRoomFor(event)) {
      if (event.type === 'leg.disconnected') this.later.add(event, log);
      return this.fallback(
        event,
        { reason: 'GATEWAY_BUSY', why: 'More comes than this gateway can carry' },
        log,
      );
    }
    try {
      const step = await this.load.during(event, () => this.ask(event, onRepetition));
      this.options.onStep?.(event, step);
      return step;
    } catch (error) {
      if (refusalType(error) !== undefined || error instanceof ConversationNotFoundError) throw error;
      if (event.type === 'leg.disconnected') this.later.add(event, log);
      const why = error instanceof NoAnswerError ? error.message : (error as Error).name;
      return this.fallback(event, { reason: 'TEMPORAL_UNAVAILABLE', why }, log);
    }
  }

  /** The fallback route for a caller, as the log is told. */
  fallback(
    event: AwaitingEvent,
    { reason, why }: { reason: FallbackReason; why: string },
    log: Log,
  ): NextStep {
    const { type, data } = event;
    const { conversationId } = data;
    const transferId = data.transferId ?? '';
    log.warn({ event: type, conversationId, transferId, why }, 'A caller gets the fallback route');
    const outcome = type === 'leg.requested' ? 'TRANSFER_UNAVAILABLE' : 'CONTEXT_UNAVAILABLE';
    const { fallbackRoute: route } = this.options;
    const step = fallbackStep({ conversationId, transferId, outcome, route, reason });
    this.options.onStep?.(event, step);
    return step;
  }

  /** Gives up what is still to be told, and says so. */
  close(log: Log): void {
    this.load.close();
    this.later.close(log);
  }

  /**
   * Tells the workflow and waits for no decision.
   *
   * @returns false if the conversation has ended, so that there was nobody to tell
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   * @throws BusyError
   */
  async note(event: LegConnected | LegDisconnected): Promise<boolean> {
    if (!this.load.hasRoomFor(event)) throw new BusyError();
    return await this.load.during(event, () => this.tell(event));
  }

  private async tell(event: LegConnected | LegDisconnected): Promise<boolean> {
    const { client } = this.options;
    const [conversationId, report] = reportOf(event);
    const isHeard =
      event.type === 'leg.connected'
        ? await client.reportConnected(conversationId, report)
        : await client.signalDisconnected(conversationId, report);
    // Nobody was there to hear it: known or not is what the sender must learn.
    if (!isHeard && (await client.statusOf(conversationId)) === 'UNKNOWN')
      throw new ConversationNotFoundError(conversationId);
    return isHeard;
  }

  /** The hard limit holds whatever becomes of the request, which may still be carried out: a repetition is safe. */
  private async ask(event: AwaitingEvent, onRepetition?: () => void): Promise<NextStep> {
    const { client, requestLimitMs = 5000, disconnectLimitMs = 4000 } = this.options;
    const isRequest = event.type === 'leg.requested';
    const answerTimeoutMs = (isRequest ? requestLimitMs : disconnectLimitMs) - WAY_BACK_MS;
    const options = { answerTimeoutMs, ...(onRepetition && { onRepetition }) };
    const answer = isRequest
      ? client.requestTransfer(event.data, options)
      : client.reportDisconnect(...reportOf(event), options);
    const answered = new AbortController();
    const late = sleep(answerTimeoutMs + WHY_MS, undefined, { signal: answered.signal }).then(() => {
      throw new NoAnswerError('The hard limit has passed');
    });
    return await Promise.race([answer, late]).finally(() => {
      answered.abort();
    });
  }
}

/** A decision of the gateway's own, if there is none of the workflow's. */
export const fallbackStep = (
  known: Pick<RoutingDecision, 'conversationId' | 'transferId' | 'outcome' | 'route' | 'reason'>,
): NextStep => ({
  action: 'ROUTE',
  decision: {
    ...known,
    currentTaskName: null,
    referenceVariables: {},
    transferVariables: {},
    fallback: true,
    legs: [],
  },
});

/** A report says itself when it happened; if it does not, the event does. */
const reportOf = ({ timestamp, data: { conversationId, ...report } }: LegConnected | LegDisconnected) =>
  [conversationId, { ...report, at: report.at ?? timestamp }] as const;

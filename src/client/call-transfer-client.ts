import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import type { ConversationView } from '../contract/conversation-view';
import { failureTypes } from '../contract/failures';
import {
  connectedSignal,
  conversationQuery,
  disconnectedSignal,
  reportDisconnectUpdate,
  requestTransferUpdate,
} from '../contract/messages';
import {
  CALL_TRANSFER_WORKFLOW,
  conversationWorkflowId,
  DEFAULT_TASK_QUEUE,
  WORKFLOW_TASK_TIMEOUT_MS,
} from '../contract/names';
import type { NextStep } from '../contract/next-step';
import { parsePayload } from '../contract/parse';
import type { RoutingDecision } from '../contract/routing-decision';
import {
  connectReportSchema,
  disconnectReportSchema,
  type ConnectReport,
  type DisconnectReport,
} from '../contract/telephony-events';
import {
  callTransferInputSchema,
  type CallTransferInput,
  type TransferRequest,
} from '../contract/transfer-request';
import { describeTransport, requestedTransport } from '../contract/transport';

import { ConversationNotFoundError, NoAnswerError } from './errors';

export interface CallTransferClientOptions {
  /** Default: `call-transfer`. */
  taskQueue?: string;
  /** How long an ask may take before `NoAnswerError`, in milliseconds. Default: 6,000, a second more than the workflow's own hard limit. */
  answerTimeoutMs?: number;
}

/** How one ask differs from the client's others. */
export interface AskOptions {
  /** How long the ask may take before `NoAnswerError`, in milliseconds. Default: the client's own. */
  answerTimeoutMs?: number;
}

/** What is left of an ask's time for the way there and back, in milliseconds: the workflow answers so much earlier. */
const ROUND_TRIP_MS = 400;

/** What a started conversation's workflow looks like to the client. */
type CallTransferWorkflow = (input: CallTransferInput) => Promise<RoutingDecision>;

/**
 * Hands calls to GenerativeAgent and gets them back.
 *
 * Every method can be repeated safely with the same arguments, also after a failure of which nobody knows
 * how far it came: update ids are made of the transfer id and what is reported, so that Temporal answers a
 * repetition with the first answer.
 *
 * All methods throw `ApplicationFailure` of type `InvalidInput`, naming the field, before anything is sent.
 */
export class CallTransferClient {
  private readonly taskQueue: string;
  private readonly answerTimeoutMs: number;

  constructor(
    private readonly temporal: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answerTimeoutMs = 6000 }: CallTransferClientOptions = {},
  ) {
    this.taskQueue = taskQueue;
    this.answerTimeoutMs = answerTimeoutMs;
  }

  /**
   * Starts a conversation, or reconnects its customer with a new `transferId`.
   *
   * @returns a number to dial, or where to route the customer
   * @throws ApplicationFailure where the transfer id cannot be used: `LegInProgress`, `NumberNotDialable`,
   *   `TransferIdConflict`
   * @throws NoAnswerError
   */
  async requestTransfer(input: CallTransferInput, options: AskOptions = {}): Promise<NextStep> {
    const { conversationId, ...request } = parsePayload(callTransferInputSchema, input, 'CallTransferInput');
    return await this.freshStep(
      conversationId,
      // Without a transfer id nothing tells a repetition from another wish.
      request.transferId === undefined ? randomUUID() : `requestTransfer/${request.transferId}`,
      options,
      (updateId, ask) =>
        this.temporal.workflow.executeUpdateWithStart(requestTransferUpdate, {
          args: [{ ...request, ...ask }],
          updateId,
          startWorkflowOperation: new WithStartWorkflowOperation<CallTransferWorkflow>(
            CALL_TRANSFER_WORKFLOW,
            {
              workflowId: conversationWorkflowId(conversationId),
              workflowIdConflictPolicy: 'USE_EXISTING',
              workflowIdReusePolicy: 'ALLOW_DUPLICATE',
              taskQueue: this.taskQueue,
              args: [{ conversationId, ...request }],
              staticSummary: `Call transfer, ${describeTransport(requestedTransport(request))}`,
              workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
            },
          ),
        }),
    );
  }

  /**
   * Reports that a leg ended.
   *
   * @returns where to route the customer, or a fresh number where the policy redials
   * @throws ApplicationFailure of type `UnknownLeg` where the conversation has no such leg
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   */
  async reportDisconnect(
    conversationId: string,
    report: DisconnectReport,
    options: AskOptions = {},
  ): Promise<NextStep> {
    const checked = parsePayload(disconnectReportSchema, report, 'DisconnectReport');
    const { transferId, by = 'UNKNOWN', cause = 'NORMAL' } = checked;
    const updateIdOfReport = `reportDisconnect/${transferId}/${by}/${cause}`;
    return await this.orPastDecision(conversationId, transferId, options, () =>
      this.freshStep(conversationId, updateIdOfReport, options, (updateId, ask) =>
        this.handle(conversationId).executeUpdate(reportDisconnectUpdate, {
          args: [{ ...checked, ...ask }],
          updateId,
        }),
      ),
    );
  }

  /**
   * Reports that the dialled leg was answered.
   *
   * @returns false where the conversation is unknown or has ended, so that there was nobody to tell
   */
  async reportConnected(conversationId: string, report: ConnectReport): Promise<boolean> {
    const checked = parsePayload(connectReportSchema, report, 'ConnectReport');
    return await this.deliver(() => this.handle(conversationId).signal(connectedSignal, checked));
  }

  /**
   * Reports that a leg ended, without waiting for the decision.
   *
   * @returns false where the conversation is unknown or has ended, so that there was nobody to tell
   */
  async signalDisconnected(conversationId: string, report: DisconnectReport): Promise<boolean> {
    const checked = parsePayload(disconnectReportSchema, report, 'DisconnectReport');
    return await this.deliver(() => this.handle(conversationId).signal(disconnectedSignal, checked));
  }

  /**
   * The state of a conversation, also of one that has ended.
   *
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   */
  async conversation(conversationId: string): Promise<ConversationView> {
    const deadline = Date.now() + this.answerTimeoutMs;
    return await this.known(conversationId, () =>
      this.inTime(deadline, () => this.handle(conversationId).query(conversationQuery)),
    );
  }

  /**
   * Whether there is a conversation with this id, open or ended. Needs no worker.
   *
   * @throws NoAnswerError
   */
  async isKnown(conversationId: string): Promise<boolean> {
    const deadline = Date.now() + this.answerTimeoutMs;
    try {
      await this.known(conversationId, () =>
        this.inTime(deadline, () => this.handle(conversationId).describe()),
      );
      return true;
    } catch (error) {
      if (error instanceof ConversationNotFoundError) return false;
      throw error;
    }
  }

  /**
   * Waits for the conversation to end, its reconnect window included, and answers its last decision.
   *
   * @throws ConversationNotFoundError
   */
  async result(conversationId: string): Promise<RoutingDecision> {
    return await this.known(conversationId, () => this.handle(conversationId).result());
  }

  private handle(conversationId: string): WorkflowHandle<CallTransferWorkflow> {
    return this.temporal.workflow.getHandle<CallTransferWorkflow>(conversationWorkflowId(conversationId));
  }

  /**
   * Asks under an update id that is the same for each repetition, so that Temporal answers it as it did first,
   * also when the conversation has ended. But a number in an old answer may be connected or expired by now, and
   * so a stranger's: then the conversation is asked anew.
   */
  private async freshStep(
    conversationId: string,
    updateId: string,
    { answerTimeoutMs = this.answerTimeoutMs }: AskOptions,
    send: (updateId: string, ask: Ask) => Promise<NextStep>,
  ): Promise<NextStep> {
    const deadline = Date.now() + answerTimeoutMs;
    const askId = randomUUID();
    const answerWithinMs = Math.max(1, answerTimeoutMs - ROUND_TRIP_MS);
    const first = await this.inTime(deadline, () => send(updateId, { askId, answerWithinMs }));
    if (first.action === 'ROUTE') return first;
    const { leg } = first;
    if (first.askId === askId) return { action: 'DIAL', leg };
    return await this.orPastDecision(conversationId, leg.transferId, { answerTimeoutMs }, () =>
      this.inTime(deadline, () =>
        this.handle(conversationId).executeUpdate(requestTransferUpdate, {
          args: [{ transferId: leg.transferId, answerWithinMs }],
        }),
      ),
    );
  }

  /** Repeats what Temporal cannot take at this moment. */
  private async inTime<T>(deadline: number, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.temporal.withDeadline(deadline, ask);
      } catch (error) {
        if (!isPassing(error) || Date.now() + PAUSE_MS >= deadline) {
          throw toClientError(error);
        }
        await sleep(PAUSE_MS);
      }
    }
  }

  /** The answer, or the last decision where the conversation has ended and the leg was one of its own. */
  private async orPastDecision(
    conversationId: string,
    transferId: string,
    { answerTimeoutMs = this.answerTimeoutMs }: AskOptions,
    ask: () => Promise<NextStep>,
  ): Promise<NextStep> {
    const deadline = Date.now() + answerTimeoutMs;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      const decision = await this.inTime(deadline, () => this.result(conversationId));
      const legs = [decision.transferId, ...decision.legs.map((leg) => leg.transferId)];
      if (!legs.includes(transferId)) throw new ConversationNotFoundError(conversationId);
      return { action: 'ROUTE', decision };
    }
  }

  private async deliver(signal: () => Promise<void>): Promise<boolean> {
    try {
      await this.inTime(Date.now() + this.answerTimeoutMs, signal);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  private async known<T>(conversationId: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw error instanceof WorkflowNotFoundError
        ? new ConversationNotFoundError(conversationId)
        : toClientError(error);
    }
  }
}

/** What the typed client adds to each ask. */
type Ask = Required<Pick<TransferRequest, 'askId' | 'answerWithinMs'>>;

/** Pause before an ask is repeated that Temporal could not take. */
const PAUSE_MS = 100;

/** Faults that pass: the server restarts or has too much to do, or a conversation closes or changes its worker at this very moment. */
const passingCodes: readonly number[] = [
  8, // RESOURCE_EXHAUSTED
  9, // FAILED_PRECONDITION
  10, // ABORTED
  13, // INTERNAL
  14, // UNAVAILABLE
];

const ourTypes: readonly unknown[] = Object.values(failureTypes);

const isOurs = ({ type }: ApplicationFailure): boolean => ourTypes.includes(type);

function isPassing(error: unknown): boolean {
  const cause = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(cause) && passingCodes.includes(cause.code);
}

function toClientError(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    // A refusal of ours is what the caller needs: its type is the same in every language.
    if (error.cause instanceof ApplicationFailure && isOurs(error.cause)) return error.cause;
    return new NoAnswerError('The conversation ended before it had an answer', { cause: error });
  }
  if (error instanceof WorkflowFailedError) {
    // Terminated, or cancelled before it could decide: whoever waits takes their own fallback.
    return new NoAnswerError('The conversation ended without a decision', { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    isGrpcDeadlineError(error) ||
    isGrpcDeadlineError(cause)
  ) {
    return new NoAnswerError('Temporal gave no answer in time', { cause: error });
  }
  return isGrpcServiceError(cause) || isGrpcServiceError(error)
    ? new NoAnswerError('Temporal could not be asked', { cause: error })
    : error;
}

import { randomUUID } from 'node:crypto';

import { WithStartWorkflowOperation, type Client, type WorkflowHandle } from '@temporalio/client';

import type { ConversationView } from '../contract/conversation-view';
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
  fittingId,
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

import { askTemporal } from './ask-temporal';
import { ConversationNotFoundError, NoAnswerError } from './errors';
import type { AskOptions, CallTransferClientOptions } from './options';
import { stepAbout } from './step-about';
import { isPolled, nobodyPolls, type Served } from './task-queue';

/** What is left of a request's time for the way there and back, in milliseconds: the workflow answers so much earlier. */
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
  private readonly served: Served;
  private readonly answerTimeoutMs: number;

  constructor(
    private readonly temporal: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answerTimeoutMs = 6000 }: CallTransferClientOptions = {},
  ) {
    this.served = { temporal, taskQueue };
    this.answerTimeoutMs = answerTimeoutMs;
  }

  /**
   * Starts a conversation, or reconnects its customer with a new `transferId`.
   *
   * @returns a number to dial, or where to route the customer
   * @throws ApplicationFailure if the transfer id cannot be used: `LegInProgress`, `NumberNotDialable`,
   *   `TransferIdConflict`
   * @throws NoAnswerError
   */
  async requestTransfer(input: CallTransferInput, options?: AskOptions): Promise<NextStep> {
    const { conversationId, ...request } = parsePayload(callTransferInputSchema, input, 'CallTransferInput');
    const { transferId } = request;
    return await this.freshStep(conversationId, transferId, options, (ask) =>
      this.temporal.workflow.executeUpdateWithStart(requestTransferUpdate, {
        args: [{ ...request, ...ask }],
        // Without a transfer id nothing tells a repetition from another wish.
        updateId: transferId === undefined ? randomUUID() : `requestTransfer/${transferId}`,
        startWorkflowOperation: new WithStartWorkflowOperation<CallTransferWorkflow>(CALL_TRANSFER_WORKFLOW, {
          workflowId: conversationWorkflowId(conversationId),
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          taskQueue: this.served.taskQueue,
          args: [{ conversationId, ...request }],
          staticSummary: `Call transfer, ${describeTransport(requestedTransport(request))}`,
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
        }),
      }),
    );
  }

  /**
   * Reports that a leg ended.
   *
   * @returns where to route the customer, or a fresh number where the policy redials
   * @throws ApplicationFailure of type `UnknownLeg` if the conversation has no such leg
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   */
  async reportDisconnect(
    conversationId: string,
    report: DisconnectReport,
    options?: AskOptions,
  ): Promise<NextStep> {
    const checked = parsePayload(disconnectReportSchema, report, 'DisconnectReport');
    const { transferId, by = 'UNKNOWN', cause = 'NORMAL' } = checked;
    return await this.freshStep(conversationId, transferId, options, (ask, runId) =>
      this.handle(conversationId, runId).executeUpdate(reportDisconnectUpdate, {
        args: [{ ...checked, ...ask }],
        updateId: fittingId(`reportDisconnect/${transferId}/${by}/${cause}`),
      }),
    );
  }

  /**
   * Reports that the dialled leg was answered.
   *
   * @returns false if the conversation is unknown or has ended, so that there was nobody to tell
   */
  async reportConnected(conversationId: string, report: ConnectReport): Promise<boolean> {
    const checked = parsePayload(connectReportSchema, report, 'ConnectReport');
    return await this.isDone(() => this.handle(conversationId).signal(connectedSignal, checked));
  }

  /**
   * Reports that a leg ended, without waiting for the decision.
   *
   * @returns false if the conversation is unknown or has ended, so that there was nobody to tell
   */
  async signalDisconnected(conversationId: string, report: DisconnectReport): Promise<boolean> {
    const checked = parsePayload(disconnectReportSchema, report, 'DisconnectReport');
    return await this.isDone(() => this.handle(conversationId).signal(disconnectedSignal, checked));
  }

  /**
   * The state of a conversation, also of one that has ended.
   *
   * @throws ConversationNotFoundError
   * @throws NoAnswerError
   */
  async conversation(conversationId: string): Promise<ConversationView> {
    const query = () => this.handle(conversationId).query(conversationQuery);
    const view = await askTemporal(this.served, query, Date.now() + this.answerTimeoutMs);
    if (view === undefined) throw new ConversationNotFoundError(conversationId);
    return view;
  }

  /**
   * Whether a conversation goes on or waits for its customer (`OPEN`), or has ended. Needs no worker.
   *
   * @throws NoAnswerError
   */
  async statusOf(conversationId: string): Promise<'OPEN' | 'ENDED' | 'UNKNOWN'> {
    const look = () => this.handle(conversationId).describe();
    const found = await askTemporal(this.served, look, Date.now() + this.answerTimeoutMs);
    if (found === undefined) return 'UNKNOWN';
    return found.status.name === 'RUNNING' ? 'OPEN' : 'ENDED';
  }

  /**
   * Finds out whether requests can be answered: whether Temporal can be reached, and a worker polls the task queue.
   *
   * @throws NoAnswerError that says which of the two is missing
   */
  async check(): Promise<void> {
    const polled = () => isPolled(this.served);
    if (!(await askTemporal(this.served, polled, Date.now() + this.answerTimeoutMs)))
      throw new NoAnswerError(nobodyPolls(this.served.taskQueue));
  }

  /**
   * Waits for the conversation to end, its reconnect window included, and answers its last decision.
   *
   * @throws ConversationNotFoundError
   */
  async result(conversationId: string): Promise<RoutingDecision> {
    const decision = await askTemporal(this.served, () => this.handle(conversationId).result());
    if (decision === undefined) throw new ConversationNotFoundError(conversationId);
    return decision;
  }

  private handle(conversationId: string, runId?: string): WorkflowHandle<CallTransferWorkflow> {
    return this.temporal.workflow.getHandle<CallTransferWorkflow>(
      conversationWorkflowId(conversationId),
      runId,
    );
  }

  /**
   * Asks under an update id that is the same for each repetition, so that Temporal answers it as it did first,
   * also when the conversation has ended. But a number in an old answer may be connected or expired by now, and
   * so a stranger's: then the conversation is asked anew.
   */
  private async freshStep(
    conversationId: string,
    transferId: string | undefined,
    { answerTimeoutMs = this.answerTimeoutMs, onRepetition }: AskOptions = {},
    send: (ask: Ask, runId?: string) => Promise<NextStep>,
  ): Promise<NextStep> {
    const deadline = Date.now() + answerTimeoutMs;
    const askId = randomUUID();
    const answerWithinMs = Math.max(1, answerTimeoutMs - ROUND_TRIP_MS);
    const asked = { conversationId, transferId, deadline };
    const { askId: answered, ...step } = await stepAbout(this.served, asked, (runId) =>
      send({ askId, answerWithinMs }, runId),
    );
    if (answered !== askId) onRepetition?.();
    if (answered === askId || step.action === 'ROUTE') return step;
    const { leg } = step;
    return await stepAbout(this.served, { ...asked, transferId: leg.transferId }, (runId) =>
      this.handle(conversationId, runId).executeUpdate(requestTransferUpdate, {
        args: [{ transferId: leg.transferId, answerWithinMs }],
      }),
    );
  }

  /** Whether there is a workflow to do it with. */
  private async isDone(act: () => Promise<unknown>): Promise<boolean> {
    const done = () => act().then(() => true);
    return (await askTemporal(this.served, done, Date.now() + this.answerTimeoutMs)) ?? false;
  }
}

/** What the typed client adds to each ask. */
type Ask = Required<Pick<TransferRequest, 'askId' | 'answerWithinMs'>>;

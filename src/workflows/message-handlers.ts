/** Call control's updates, signals and queries: a handler says what happened, and waits for the answer. */
import {
  ApplicationFailure,
  type CancellationScope,
  condition,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';

import {
  connectedSignal,
  conversationQuery,
  disconnectedSignal,
  reportDisconnectUpdate,
  requestTransferUpdate,
} from '../contract/messages';
import type { NextStep } from '../contract/next-step';
import { parsePayload } from '../contract/parse';
import { LONGEST_REQUEST_DEADLINE_MS } from '../contract/settings';
import { disconnectReportSchema } from '../contract/telephony-events';
import { transferRequestSchema } from '../contract/transfer-request';
import { legOfUnnamed, unknownLeg, viewOf } from '../conversation/answers';
import { findLeg, shorter } from '../conversation/conversation-state';
import {
  asReported,
  connectIn,
  disconnectEvent,
  disconnectIn,
  type CheckedReport,
} from '../conversation/reports';

import { answered, legOpened, refused } from './answering';
import type { ConversationRun } from './conversation-run';
import { legToldSignal } from './later-leg';

const parseRequest = (request: unknown) =>
  parsePayload(transferRequestSchema, request ?? {}, 'TransferRequest');
const parseReport = (report: unknown) => parsePayload(disconnectReportSchema, report, 'DisconnectReport');

/** @param shielded - a scope that is not cancelled with the workflow */
export function handleMessages(conversation: ConversationRun, shielded: CancellationScope): void {
  setHandler(requestTransferUpdate, (request) => shielded.run(() => onRequest(conversation, request)), {
    // The one that came together with the start is refused by the handler: the history says so, and nothing is requested.
    validator: (request) => {
      if (conversation.isBeginning) parseRequest(request);
    },
    description: 'Start or reconnect: answered with a number to dial, or with a decision',
  });
  setHandler(
    reportDisconnectUpdate,
    (report) => shielded.run(() => onReport(conversation, parseReport(report))),
    {
      validator: (report) => {
        const { transferId } = parseReport(report);
        if (conversation.begun) mustKnow(conversation, transferId);
      },
      description: 'A leg ended: answered with what to do with the customer',
    },
  );
  const noted =
    (event: (payload: unknown, now: number) => ReturnType<typeof asReported>) =>
    async (payload: unknown): Promise<void> => {
      if (!conversation.begun) await shielded.run(() => hasBegun(conversation));
      conversation.apply(event(payload, Date.now()));
    };
  setHandler(connectedSignal, noted(connectIn), { description: 'The dialled leg was answered' });
  setHandler(disconnectedSignal, noted(disconnectIn), {
    description: 'A leg ended, from a system that waits for no answer',
  });
  setHandler(legToldSignal, (transferId, state, heard) => {
    conversation.apply({ type: 'legTold', transferId, state, heard });
  });
  setHandler(conversationQuery, () => viewOf(conversation.state, Date.now()), {
    description: 'The state of the conversation, every leg with its times',
  });
}

/** Refuses every request and report, if the workflow's own input is not valid. */
export function refuseMessages(failure: ApplicationFailure): void {
  const refuse = (_payload: unknown): never => {
    throw failure;
  };
  setHandler(requestTransferUpdate, refuse, { validator: refuse });
  setHandler(reportDisconnectUpdate, refuse, { validator: refuse });
}

/** Until the first leg has begun there is nothing to answer about. */
const hasBegun = (conversation: ConversationRun): Promise<void> =>
  condition(() => conversation.begun || conversation.refusal !== null);

async function onRequest(conversation: ConversationRun, payload: unknown): Promise<NextStep> {
  conversation.acceptedInTask = workflowInfo().historyLength;
  const request = checkedFirst(conversation, payload);
  const askedAt = Date.now();
  await conversation.begin(request);
  if (conversation.refusal !== null) throw conversation.refusal;
  const limitMs = conversation.state.settings?.requestDeadlineMs ?? LONGEST_REQUEST_DEADLINE_MS;
  const answerBy = askedAt + shorter(limitMs, request.answerWithinMs);
  let transferId = request.transferId ?? legOfUnnamed(conversation.state) ?? uuid4();
  if (findLeg(conversation.state, transferId) === undefined) {
    transferId = await legOpened(conversation, request, transferId, askedAt, answerBy);
  }
  const step = await answered(conversation, transferId, 'request', answerBy);
  return withAskId(step, request.askId);
}

async function onReport(conversation: ConversationRun, report: CheckedReport): Promise<NextStep> {
  conversation.acceptedInTask = workflowInfo().historyLength;
  await hasBegun(conversation);
  const { transferId, answerWithinMs, askId } = report;
  mustKnow(conversation, transferId);
  const now = Date.now();
  conversation.apply(asReported('disconnected', transferId, disconnectEvent(report, now), now));
  const answerBy = now + shorter(conversation.settings.disconnectDeadlineMs, answerWithinMs);
  return withAskId(await answered(conversation, transferId, 'report', answerBy), askId);
}

/** A request that is not valid and came together with the start ends the workflow before anything happens. */
function checkedFirst(conversation: ConversationRun, payload: unknown): ReturnType<typeof parseRequest> {
  try {
    return parseRequest(payload);
  } catch (failure) {
    if (failure instanceof ApplicationFailure && !conversation.isBeginning) conversation.refusal ??= failure;
    throw failure;
  }
}

function mustKnow(conversation: ConversationRun, transferId: string): void {
  if (findLeg(conversation.state, transferId) === undefined) throw refused(unknownLeg(transferId));
}

const withAskId = (step: NextStep, askId: string | undefined): NextStep =>
  askId === undefined ? step : { ...step, askId };

import {
  ApplicationFailure,
  type CancellationScope,
  condition,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { z } from 'zod';

import {
  connectedSignal,
  conversationQuery,
  disconnectedSignal,
  reportDisconnectUpdate,
  requestTransferUpdate,
} from '../contract/messages';
import type { NextStep } from '../contract/next-step';
import { parsePayload } from '../contract/parse';
import { connectReportSchema, disconnectReportSchema } from '../contract/telephony-events';
import { transferRequestSchema } from '../contract/transfer-request';
import { closesWithAnswer } from '../contract/workflow-revision';
import type { LegEvent } from '../leg/leg-state';

import { shorter, type CheckedRequest, type Conversation, type Entry } from './conversation';
import type { Leg } from './leg';
import { legInProgress, unknownLeg } from './refusals';
import { salvageReport } from './salvage-report';

const parseRequest = (request: unknown) =>
  parsePayload(transferRequestSchema, request ?? {}, 'TransferRequest');
const parseReport = (report: unknown) => parsePayload(disconnectReportSchema, report, 'DisconnectReport');

/**
 * Answers call control's updates, signals and queries.
 *
 * @param shielded - a scope that is not cancelled with the workflow
 */
export function serveCallControl(conversation: Conversation, shielded: CancellationScope): void {
  const told =
    (note: (conversation: Conversation, payload: unknown) => void) =>
    (payload: unknown): Promise<void> | undefined => {
      if (!conversation.begun) {
        return shielded.run(async () => {
          await begun(conversation);
          note(conversation, payload);
        });
      }
      note(conversation, payload);
      return undefined;
    };
  setHandler(
    requestTransferUpdate,
    (request) => shielded.run(() => requestTransfer(conversation, parseRequest(request))),
    {
      validator: (request) => void parseRequest(request),
      description: 'Start or reconnect: answered with a number to dial, or with a decision',
    },
  );
  setHandler(
    reportDisconnectUpdate,
    (report) => shielded.run(() => reportDisconnect(conversation, parseReport(report))),
    {
      validator: (report) => {
        const { transferId } = parseReport(report);
        if (conversation.begun && conversation.find(transferId) === undefined) throw unknownLeg(transferId);
      },
      description: 'A leg ended: answered with what to do with the customer',
    },
  );
  setHandler(connectedSignal, told(noteConnected), { description: 'The dialled leg was answered' });
  setHandler(disconnectedSignal, told(noteDisconnected), {
    description: 'A leg ended, from a system that waits for no answer',
  });
  setHandler(conversationQuery, () => conversation.view(Date.now()), {
    description: 'The state of the conversation, every leg with its times',
  });
}

/** Refuses every ask, where the workflow's own input is not valid. */
export function refuseCallControl(failure: ApplicationFailure): void {
  const refuse = (_payload: unknown): Promise<NextStep> => {
    throw failure;
  };
  const validator = (_payload: unknown): void => {
    throw failure;
  };
  setHandler(requestTransferUpdate, refuse, { validator });
  setHandler(reportDisconnectUpdate, refuse, { validator });
}

/** Until the first leg has begun there is nothing to answer about. */
const begun = (conversation: Conversation): Promise<void> => condition(() => conversation.begun);

async function requestTransfer(conversation: Conversation, request: CheckedRequest): Promise<NextStep> {
  conversation.noteRequest(request);
  if (!conversation.begun) await begun(conversation);
  const entry = conversation.find(request.transferId) ?? (await reconnect(conversation, request));
  const answerBy = Date.now() + shorter(conversation.settings.requestDeadlineMs, request.answerWithinMs);
  return await answer(conversation, entry, { answerBy, askId: request.askId, mayClose: false });
}

async function reconnect(conversation: Conversation, request: CheckedRequest): Promise<Entry> {
  const transferId = request.transferId ?? '';
  await endIfLost(conversation);
  conversation.requestReconnection({ ...request, transferId }, Date.now());
  await condition(() => conversation.find(transferId) !== undefined);
  return conversation.find(transferId) as Entry;
}

/**
 * Whoever waits for a number that has become too old to dial gets another answer than the number: unless ASAPP
 * knows of a call, the leg is over.
 */
async function giveUp(leg: Leg): Promise<void> {
  await looked(leg);
  leg.report({ type: 'askedTooLate', now: Date.now() });
}

const isTooOld = ({ state: { phase, number } }: Leg): boolean =>
  phase === 'DIALING' && number !== null && Date.now() >= number.dialBy;

/** A customer who calls again has left the leg before, though nobody may have said so: ASAPP knows. */
async function endIfLost(conversation: Conversation): Promise<void> {
  const { leg } = conversation.current;
  if (isUp(leg)) await looked(leg);
  if (isUp(leg) || leg.state.phase === 'REQUESTING') throw legInProgress(leg.transferId);
}

const isUp = ({ state: { phase } }: Leg) => phase === 'DIALING' || phase === 'CONNECTED';

/** Has ASAPP looked at, and waits until that is done or the leg has moved on. */
async function looked(leg: Leg): Promise<void> {
  const { phase, checks } = leg.state;
  leg.askForLook();
  await condition(() => leg.state.checks > checks || leg.state.phase !== phase);
}

async function reportDisconnect(
  conversation: Conversation,
  report: z.output<typeof disconnectReportSchema>,
): Promise<NextStep> {
  if (!conversation.begun) await begun(conversation);
  const entry = conversation.find(report.transferId);
  if (entry === undefined) throw unknownLeg(report.transferId);
  const now = Date.now();
  conversation.report('disconnected', report.transferId, now, disconnectEvent(report, now));
  const answerBy = now + shorter(conversation.settings.disconnectDeadlineMs, report.answerWithinMs);
  const { askId } = report;
  // An asker with an ask id repeats what Temporal could not take, should an event come while the run closes.
  const mayClose = askId !== undefined && closesWithAnswer(conversation.settings);
  return await answer(conversation, entry, { answerBy, askId, mayClose });
}

function noteConnected(conversation: Conversation, payload: unknown): void {
  const now = Date.now();
  const report = salvageReport(connectReportSchema, payload);
  conversation.report(
    'connected',
    report?.transferId,
    now,
    report && { type: 'connected', at: instant(report.at, now), now },
  );
}

function noteDisconnected(conversation: Conversation, payload: unknown): void {
  const now = Date.now();
  const report = salvageReport(disconnectReportSchema, payload);
  conversation.report('disconnected', report?.transferId, now, report && disconnectEvent(report, now));
}

interface Ask {
  /** Epoch milliseconds. */
  answerBy: number;
  askId: string | undefined;
  /** Whether the run may close in the workflow task that answers. */
  mayClose: boolean;
}

/** Waits until there is an answer. How long that may take is for the leg to limit. */
async function answer(
  conversation: Conversation,
  entry: Entry,
  { answerBy, askId, mayClose }: Ask,
): Promise<NextStep> {
  entry.asks++;
  entry.answerBy = answerBy;
  try {
    let found: NextStep | ApplicationFailure | undefined;
    const isFound = () => (found = conversation.answer(entry, Date.now())) !== undefined;
    const leg = () => (entry.redial ?? entry).leg;
    while (!isFound()) {
      if (isTooOld(leg())) await giveUp(leg());
      else await condition(() => isFound() || isTooOld(leg()));
    }
    if (!mayClose) conversation.answeredInTask = workflowInfo().historyLength;
    if (found instanceof ApplicationFailure) throw found;
    const step = found as unknown as NextStep;
    return step.action === 'DIAL' && askId !== undefined ? { ...step, askId } : step;
  } finally {
    entry.asks--;
  }
}

const instant = (at: string | undefined, now: number): number => (at === undefined ? now : Date.parse(at));

const disconnectEvent = (
  { by = 'UNKNOWN', cause = 'NORMAL', at, answerWithinMs }: z.output<typeof disconnectReportSchema>,
  now: number,
): LegEvent => ({
  type: 'disconnected',
  by,
  cause,
  at: instant(at, now),
  now,
  answerWithinMs,
});

/**
 * The call transfer as a DBOS workflow: one workflow for each conversation, its requests to ASAPP as steps, the phone
 * system's messages by `send` and `recv`, the answers as events. What is done is in PostgreSQL: `launch` goes on with
 * the workflows that a crash left behind.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';

import { asappFromEnvironment, isPassing } from '../call/asapp';
import {
  decide,
  dial,
  DISCONNECT_DEADLINE_MS,
  FIRST_PAUSE_MS,
  GET_ATTEMPTS,
  isUnsettled,
  isUp,
  MAX_CALL_MS,
  outcomeOf,
  POST_ATTEMPTS,
  RECONNECT_WINDOW_MS,
  REQUEST_DEADLINE_MS,
  route,
  type Decision,
  type Leg,
  type NextStep,
  type Report,
  type Transfer,
} from '../call/call';
import { serveJson, type Message } from '../call/json-server';

const asapp = asappFromEnvironment();

/** A leg and when its number was asked for, epoch milliseconds: the hard limit counts from there, also after a crash. */
interface Asked extends Leg {
  at: number;
}

/** What the phone system tells of a leg, and when. */
type Told = { kind: 'connected' } | ({ kind: 'disconnected'; at: number } & Report);

/** The workflow's events, and the topics of its messages. */
const numberKey = ({ transferId }: Leg) => `number/${transferId}`;
const decisionKey = ({ transferId }: Leg) => `decision/${transferId}`;
const legTopic = ({ transferId }: Leg) => `leg/${transferId}`;
const NEW_LEGS = 'legs';

/** How DBOS repeats a step. */
const repeats = { retriesAllowed: true, intervalSeconds: FIRST_PAUSE_MS / 1000, backoffRate: 2 };

async function runConversation(first: Asked): Promise<Decision> {
  const known = new Set<string>();
  for (let leg = first; ;) {
    known.add(leg.transferId);
    const decision = await runLeg(leg);
    await DBOS.setEvent(decisionKey(leg), decision);
    if (decision.outcome !== 'CUSTOMER_HUNG_UP') return decision;
    const next = await nextLeg(known);
    if (next === null) return decision;
    leg = next;
  }
}

const conversation = DBOS.registerWorkflow(runConversation, { name: 'conversation' });

/** Waits for a request of a leg that is not known yet; `null` where there is none. */
async function nextLeg(known: ReadonlySet<string>): Promise<Asked | null> {
  for (;;) {
    const asked = await DBOS.recv<Asked>(NEW_LEGS, RECONNECT_WINDOW_MS / 1000);
    if (asked === null || !known.has(asked.transferId)) return asked;
  }
}

async function runLeg(leg: Asked): Promise<Decision> {
  const transfer = await requestNumber(leg);
  if (transfer === undefined) {
    const decision = decide(leg, 'TRANSFER_UNAVAILABLE');
    await DBOS.setEvent<NextStep>(numberKey(leg), route(decision));
    return decision;
  }
  await DBOS.setEvent<NextStep>(numberKey(leg), dial(leg, transfer));
  const first = await DBOS.recv<Told>(legTopic(leg), { deadlineEpochMS: transfer.expiresAt });
  if (first === null) {
    const found = await DBOS.runStep(() => asapp.get(leg, DISCONNECT_DEADLINE_MS), {
      ...repeats,
      name: 'GET',
    });
    if (!isUp(found)) return decide(leg, 'NUMBER_EXPIRED');
  }
  const report = first?.kind === 'disconnected' ? first : await hangup(leg);
  return decide(leg, outcomeOf(await fetchResult(leg, report?.at), report ?? { by: 'UNKNOWN' }));
}

/** Waits for the report of a hangup; `null` where nobody tells of one for too long. */
async function hangup(leg: Leg) {
  for (;;) {
    const told = await DBOS.recv<Told>(legTopic(leg), MAX_CALL_MS / 1000);
    if (told === null || told.kind === 'disconnected') return told;
  }
}

/** `undefined` where ASAPP gives no number in time. */
function requestNumber(leg: Asked): Promise<Transfer | undefined> {
  const deadline = leg.at + REQUEST_DEADLINE_MS;
  return orNothing('POST', deadline, POST_ATTEMPTS, () => asapp.post(leg, deadline - Date.now()));
}

/** `undefined` where the result is not there in time. */
function fetchResult(leg: Leg, reportedAt = Infinity): Promise<Transfer | undefined> {
  const deadline = reportedAt + DISCONNECT_DEADLINE_MS;
  return orNothing('GET', deadline, GET_ATTEMPTS, async () => {
    const found = await asapp.get(leg, Math.min(deadline - Date.now(), DISCONNECT_DEADLINE_MS));
    if (isUnsettled(found)) throw new Error('The books lag behind');
    return found;
  });
}

/** A step, repeated until its deadline; `undefined` where all that is in vain. */
async function orNothing<T>(
  name: string,
  deadline: number,
  maxAttempts: number,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const shouldRetry = (error: unknown) => isPassing(error) && Date.now() < deadline;
  try {
    return await DBOS.runStep(ask, { ...repeats, name, maxAttempts, shouldRetry });
  } catch {
    return undefined;
  }
}

/** A new conversation is a new workflow; an old one is told of its new leg. Both may be repeated. */
async function requestTransfer({ conversationId, transferId }: Leg): Promise<NextStep | undefined> {
  const leg: Asked = { conversationId, transferId, at: Date.now() };
  if ((await DBOS.getWorkflowStatus(conversationId)) === null) {
    await DBOS.startWorkflow(conversation, { workflowID: conversationId })(leg);
  } else {
    await DBOS.send(conversationId, leg, NEW_LEGS, transferId);
  }
  return await event(leg, numberKey(leg), REQUEST_DEADLINE_MS + 1000);
}

const tell = (leg: Leg, told: Told): Promise<void> => DBOS.send(leg.conversationId, told, legTopic(leg));

/** An event once it is set, `undefined` where that takes too long. */
const event = async <T>({ conversationId }: Leg, key: string, withinMs: number): Promise<T | undefined> =>
  (await DBOS.getEvent<T>(conversationId, key, withinMs / 1000)) ?? undefined;

async function reportDisconnect(message: Message): Promise<NextStep | undefined> {
  await tell(message, { kind: 'disconnected', by: message.by, at: Date.now() });
  const decision = await event<Decision>(message, decisionKey(message), DISCONNECT_DEADLINE_MS + 1000);
  return decision && route(decision);
}

async function main(): Promise<void> {
  DBOS.setConfig({
    name: 'call-transfer',
    systemDatabaseUrl: process.env['DBOS_SYSTEM_DATABASE_URL'] ?? '',
    logLevel: 'error',
  });
  await DBOS.launch();
  await serveJson({
    requestTransfer,
    connected: async (message) => {
      await tell(message, { kind: 'connected' });
      return {};
    },
    reportDisconnect,
    decision: (message) => event<Decision>(message, decisionKey(message), 0),
    over: ({ conversationId }) => DBOS.retrieveWorkflow(conversationId).getResult({ pollingIntervalMs: 5 }),
  });
}

void main();

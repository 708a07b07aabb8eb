/** One call as its phone system and its caller live it. */
import { setTimeout as sleep } from 'node:timers/promises';

import {
  ConversationNotFoundError,
  NoAnswerError,
  type CallTransferClient,
  type NextStep,
} from '../src/index';
import { SandboxError, type Sandbox } from '../src/sandbox';

import type { PlayedCall, PlayedLeg } from './ledger';
import { isOfTheGateway, type Phone } from './phone';
import { stories, type PlannedCall, type PlannedLeg, type Story } from './plan';

/** How long an ask is repeated, and a conversation is waited for, milliseconds. */
const PATIENCE_MS = 180_000;
const AGAIN_MS = 100;

export interface CallSetup {
  phone: Phone;
  /** Who waits for the conversation's own result. */
  client: CallTransferClient;
  sandbox: Sandbox;
  /** Called with every answer. */
  progress: () => void;
}

export async function playCall(
  setup: CallSetup,
  { conversationId, story, legs: planned }: PlannedCall,
): Promise<PlayedCall> {
  const legs: PlayedLeg[] = [];
  for (const [index, leg] of planned.entries()) {
    const transferId = `${conversationId}-${index + 1}`;
    const played = await playLeg(setup, conversationId, transferId, leg, index === 0 ? story : 'agent');
    const expected = stories[story][index] ?? 'AGENT';
    // ASAPP knows of GenerativeAgent's end alone.
    legs.push({ ...played, expected, ifUnreported: story === 'bothHangUp' ? 'AGENT' : expected });
    // Whoever is with a person by now does not call again.
    if (played.leftAlone || played.decisions.some(({ fallback }) => fallback)) break;
  }
  const result = await patiently(() => setup.client.result(conversationId)).catch(() => null);
  setup.progress();
  const ended = new Map(result?.legs.map((leg) => [leg.transferId, leg.outcome]));
  for (const leg of legs) leg.outcome = ended.get(leg.transferId) ?? leg.decisions[0]?.outcome ?? null;
  return { conversationId, story, legs, result };
}

/** A leg without what it ought to be. */
type SeenLeg = Omit<PlayedLeg, 'expected' | 'ifUnreported'>;

async function playLeg(
  { phone, sandbox, progress }: CallSetup,
  conversationId: string,
  transferId: string,
  plan: PlannedLeg,
  story: Story,
): Promise<SeenLeg> {
  const leg: SeenLeg = {
    transferId,
    decisions: [],
    outcome: null,
    heardAfterMs: Infinity,
    from: Date.now(),
    to: 0,
    waits: [],
    leftAlone: false,
    handedOutLate: false,
    reached: null,
  };
  const asked = async (ask: () => Promise<NextStep>): Promise<NextStep | undefined> => {
    const begun = performance.now();
    try {
      const step = await patiently(ask);
      leg.waits.push(performance.now() - begun);
      progress();
      if (isOfTheGateway(step)) leg.leftAlone = true;
      else if (step.action === 'ROUTE') leg.decisions.push(step.decision);
      return step;
    } catch (error) {
      // A conversation that ended long ago answers nothing more.
      if (error instanceof ConversationNotFoundError) return undefined;
      throw error;
    }
  };

  const step = await asked(() => phone.requestTransfer({ conversationId, transferId, country: 'US' }));
  if (step?.action === 'DIAL' && step.leg.type === 'PHONE_NUMBER') {
    const { transferNumber, expiresAt, dialBy } = step.leg;
    if (Date.now() >= Date.parse(expiresAt)) leg.handedOutLate = true;
    const tellings: Promise<unknown>[] = [];
    if (story !== 'neverDialled' && story !== 'leavesEarly') {
      await sleep(plan.ringMs);
      if (story !== 'busy' && Date.now() < Date.parse(dialBy)) {
        leg.reached = dial(sandbox, transferNumber, transferId);
        for (const afterMs of plan.connects) {
          tellings.push(later(afterMs, () => phone.reportConnected(conversationId, { transferId })));
        }
        await sleep(plan.talkMs);
        if (leg.reached === 'itself') hangUp(sandbox, conversationId, transferId, story, plan.lagMs);
      }
    }
    const hungUpAt = Date.now();
    for (const { afterMs, way } of plan.disconnects) {
      const report = { transferId, ...plan.report };
      const tell = async () => {
        const isHeard =
          way === 'update'
            ? isOfTheConversation(await asked(() => phone.reportDisconnect(conversationId, report)))
            : await phone.signalDisconnected(conversationId, report);
        if (isHeard) leg.heardAfterMs = Math.min(leg.heardAfterMs, Date.now() - hungUpAt);
      };
      tellings.push(later(afterMs, tell));
    }
    if (plan.stray) {
      const report = { transferId: 'nobody', by: 'CUSTOMER' } as const;
      tellings.push(later(0, () => phone.signalDisconnected(conversationId, report)));
    }
    await Promise.all(tellings);
    // The next leg begins when this one has ended.
    await patiently(async () => {
      const { legs } = await phone.conversation(conversationId);
      if (legs.find((each) => each.transferId === transferId)?.phase !== 'ENDED')
        throw new NoAnswerError('It goes on');
    });
  }
  leg.to = Date.now();
  return leg;
}

/** The conversation itself has answered. It does not where it ended long ago, nor where the gateway answers in its place. */
const isOfTheConversation = (step: NextStep | undefined): boolean =>
  step !== undefined && !isOfTheGateway(step);

function dial(sandbox: Sandbox, transferNumber: string, transferId: string): PlayedLeg['reached'] {
  try {
    return sandbox.exchange.callArrives(transferNumber).id === transferId ? 'itself' : 'a stranger';
  } catch (error) {
    if (error instanceof SandboxError) return 'nobody';
    throw error;
  }
}

function hangUp(sandbox: Sandbox, conversation: string, transferId: string, story: Story, ms: number): void {
  const found = { currentTaskName: 'billing', transferVariables: { conversation } };
  if (story === 'customerHangsUp' || story === 'reconnection')
    sandbox.exchange.callerHangsUp(transferId, { ms });
  else if (story === 'system')
    sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM', ...found }, { ms });
  else sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', ...found }, { ms });
}

async function later<T>(milliseconds: number, tell: () => Promise<T>): Promise<T> {
  await sleep(milliseconds);
  return await patiently(tell);
}

/** Repeats what Temporal gave no answer to, as a phone system does. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isFinal =
        error instanceof ConversationNotFoundError || (error as Error).name === 'ApplicationFailure';
      if (isFinal || Date.now() > giveUpAt) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

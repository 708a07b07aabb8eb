/**
 * What a peer loses when a process of it is killed: calls are opened up to four states, the process gets SIGKILL and is
 * started again, and the phone system plays the rest. It repeats whatever gets no answer, for a while.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { CallIds } from '../../bench/contestant';
import { quantile } from '../../bench/statistics';
import type { Sandbox } from '../../lib/sandbox';

import type { Answer, Part, Peer } from './peer';

/** How long the phone system repeats, from the restart on, milliseconds. */
const PATIENCE_MS = 30_000;
/** How long it waits for one answer, milliseconds. */
const ANSWER_MS = 10_000;
const PAUSE_MS = 250;
/** How slow ASAPP is to give the numbers that are asked for when the process is killed, milliseconds. */
const SLOW_MS = 1_500;
/** How many calls are opened at a time. */
const OPENING = 10;

/** How many calls of a state ended how. */
export interface Tally {
  right: number;
  /** A decision that is not what the call came to: safe for the caller, but without GenerativeAgent's result. */
  fallback: number;
  lost: number;
}

export interface KillLine {
  contestant: string;
  killed: string;
  /** In each state. */
  calls: number;
  /** The number is asked for, and ASAPP has not answered. */
  requesting: Tally;
  /** The number is handed out, and rings. */
  dialing: Tally;
  connected: Tally;
  /** The number is handed out, and nobody dials it. Right is a decision without any word of the phone system. */
  expiring: Tally;
  /** Legs for which the POST was sent more than once, under one id. */
  repeatedPosts: number;
  /** Conversations that got more numbers than they have legs. */
  secondNumbers: number;
  /** From the start after the kill, milliseconds. */
  readyMs: number;
  decisionP50Ms: number;
  decisionMaxMs: number;
}

interface Ended {
  how: keyof Tally;
  ms: number;
}

/** @param sandbox - whose numbers live long enough for the process to come back, and short enough to be waited for */
export async function measureKill(
  { contestant, decision }: Peer,
  { name, kill, restart }: Part,
  sandbox: Sandbox,
  calls: number,
): Promise<KillLine> {
  if (kill === undefined || restart === undefined) throw new Error(`${name} cannot be killed`);
  const play = new Play(contestant, decision, sandbox);
  const expiring = await play.open(calls);
  const dialing = await play.open(calls);
  const connected = await play.open(calls);
  await Promise.all(connected.map((call) => play.connect(call)));
  const asked = await play.ask(calls);
  await kill();
  sandbox.heal();
  play.clock = performance.now();
  // GenerativeAgent ends these while nobody is there to hear of it.
  for (const { transferId } of connected) sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
  const ready = restart().then(() => performance.now() - play.clock);
  const [forNumber, forDial, forEnd, forExpiry] = await Promise.all([
    Promise.all(asked.map(({ call, answer }) => play.fromNumber(call, answer))),
    Promise.all(dialing.map((call) => play.fromDial(call))),
    Promise.all(connected.map((call) => play.fromEnd(call))),
    Promise.all(expiring.map((call) => play.untilExpiry(call))),
  ]);
  const all = [...expiring, ...dialing, ...connected, ...asked.map(({ call }) => call)];
  const times = [...forNumber, ...forDial, ...forEnd]
    .filter(({ how }) => how === 'right')
    .map(({ ms }) => ms);
  return {
    contestant: contestant.name,
    killed: name,
    calls,
    requesting: tally(forNumber),
    dialing: tally(forDial),
    connected: tally(forEnd),
    expiring: tally(forExpiry),
    repeatedPosts: all.filter(({ transferId }) => postsOf(sandbox, transferId) > 1).length,
    secondNumbers: all.filter((call) => sandbox.exchange.conversation(call.conversationId).length > 1).length,
    readyMs: Math.round(await ready),
    decisionP50Ms: Math.round(quantile(times, 0.5)),
    decisionMaxMs: Math.round(quantile(times, 1)),
  };
}

const postsOf = (sandbox: Sandbox, transferId: string): number =>
  sandbox.requestsFor(transferId).filter((method) => method === 'POST').length;

function tally(ended: readonly Ended[]): Tally {
  const count = (how: keyof Tally) => ended.filter((each) => each.how === how).length;
  return { right: count('right'), fallback: count('fallback'), lost: count('lost') };
}

/** The phone system's part. */
class Play {
  /** When the process was started again. */
  clock = Infinity;

  constructor(
    private readonly contestant: Peer['contestant'],
    private readonly decision: Peer['decision'],
    private readonly sandbox: Sandbox,
  ) {}

  /** Calls that have their number. */
  async open(count: number): Promise<CallIds[]> {
    const calls = newCalls(count);
    for (let from = 0; from < count; from += OPENING) {
      await Promise.all(calls.slice(from, from + OPENING).map((call) => this.contestant.request(call)));
    }
    return calls;
  }

  async connect({ transferId, conversationId }: CallIds): Promise<void> {
    const transfer = this.sandbox.exchange.transfers.get(transferId);
    this.sandbox.exchange.callArrives(transfer?.transferNumber ?? '');
    await this.contestant.connect({ transferId, conversationId });
  }

  /** Calls whose POST is on its way. */
  async ask(count: number): Promise<{ call: CallIds; answer: Promise<Answer> }[]> {
    this.sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'latency', ms: SLOW_MS } });
    const asked = newCalls(count).map((call) => ({
      call,
      answer: this.repeated(async () => (await this.contestant.request(call)) as Answer),
    }));
    for (const { answer } of asked) answer.catch(() => undefined);
    const giveUpAt = Date.now() + SLOW_MS / 2;
    while (asked.some(({ call }) => postsOf(this.sandbox, call.transferId) === 0) && Date.now() < giveUpAt) {
      await sleep(10);
    }
    return asked;
  }

  async fromNumber(call: CallIds, asked: Promise<Answer>): Promise<Ended> {
    try {
      const answer = await asked;
      if (answer.action === 'ROUTE') return this.ended(answer.decision?.outcome, 'AGENT');
    } catch {
      return this.ended(undefined, 'AGENT');
    }
    return await this.fromDial(call);
  }

  async fromDial(call: CallIds): Promise<Ended> {
    try {
      const { transferNumber } = this.sandbox.exchange.transfers.get(call.transferId) ?? {};
      this.sandbox.exchange.callArrives(transferNumber ?? '');
      await this.repeated(() => this.contestant.connect(call));
    } catch {
      // The call is on its way all the same; whoever does not know of it will hear of its end.
    }
    this.sandbox.exchange.aiEnds(call.transferId, { transferType: 'AGENT' });
    return await this.fromEnd(call);
  }

  async fromEnd(call: CallIds): Promise<Ended> {
    try {
      const answer = await this.repeated(
        async () => (await this.contestant.disconnect(call, 'GENERATIVE_AGENT')) as Answer,
      );
      return this.ended(answer.decision?.outcome, 'AGENT');
    } catch {
      return this.ended(undefined, 'AGENT');
    }
  }

  async untilExpiry(call: CallIds): Promise<Ended> {
    try {
      const found = await this.repeated(async () => {
        const decision = await this.decision(call);
        if (decision === null) throw new Error('There is no decision yet');
        return decision;
      });
      return this.ended(found.outcome, 'NUMBER_EXPIRED');
    } catch {
      return this.ended(undefined, 'NUMBER_EXPIRED');
    }
  }

  private ended(outcome: string | undefined, right: string): Ended {
    const how = outcome === undefined ? 'lost' : outcome === right ? 'right' : 'fallback';
    return { how, ms: performance.now() - this.clock };
  }

  private async repeated<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await answered(ask());
      } catch (error) {
        if (performance.now() - this.clock > PATIENCE_MS) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([
      asked,
      sleep(ANSWER_MS, undefined, { signal: done.signal }).then(() => {
        throw new Error('No answer');
      }),
    ]);
  } finally {
    done.abort();
  }
}

const newCalls = (count: number): CallIds[] =>
  Array.from({ length: count }, () => {
    const conversationId = randomUUID();
    return { conversationId, transferId: `${conversationId}-a` };
  });

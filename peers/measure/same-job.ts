/**
 * Whether all contestants do the same job: each failure rule is played to each of them, and what comes of it is compared
 * with what must.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { CallIds } from '../../bench/contestant';
import type { Sandbox, SandboxContext } from '../../lib/sandbox';

import type { Answer, Peer } from './peer';

/** How long the numbers live here, milliseconds. */
export const JOB_TTL_MS = 3_000;
const AGENT: SandboxContext = { transferType: 'AGENT' };

export interface JobLine {
  rule: string;
  expected: string;
  contestant: string;
  outcome: string;
  /** From the request, or the report, that the outcome answers, seconds. */
  seconds: number;
}

type Rule = readonly [rule: string, expected: string, play: (phone: Phone) => Promise<[string, number]>];

const rules: readonly Rule[] = [
  [
    'POST fails twice with 503',
    'AGENT',
    (phone) => {
      phone.sandbox.fail({ method: 'POST', times: 2, effect: { kind: 'status', status: 503 } });
      return phone.leg();
    },
  ],
  [
    'POST is carried out, and the connection cut',
    'AGENT',
    (phone) => {
      phone.sandbox.fail({ method: 'POST', effect: { kind: 'cutAfter' } });
      return phone.leg();
    },
  ],
  [
    'POST fails with 503 for good',
    'TRANSFER_UNAVAILABLE',
    (phone) => {
      phone.sandbox.fail({
        method: 'POST',
        times: 'untilHealed',
        effect: { kind: 'status', status: 503 },
      });
      return phone.leg();
    },
  ],
  [
    'POST is not answered',
    'TRANSFER_UNAVAILABLE',
    (phone) => {
      phone.sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'latency', ms: 20_000 } });
      return phone.leg();
    },
  ],
  [
    'ASAPP refuses the credentials',
    'TRANSFER_UNAVAILABLE',
    (phone) => {
      phone.sandbox.fail({ method: 'POST', effect: { kind: 'status', status: 401 } });
      return phone.leg();
    },
  ],
  ['The books lag behind by two looks', 'AGENT', (phone) => phone.leg({ lag: { reads: 2 } })],
  ['The books lag behind for good', 'CONTEXT_UNAVAILABLE', (phone) => phone.leg({ lag: { ms: 60_000 } })],
  ['Nobody dials', 'NUMBER_EXPIRED', (phone) => phone.undialled()],
  ['The connect is not told', 'AGENT', (phone) => phone.leg({ isConnectLost: true })],
  [
    'The customer hangs up and calls again',
    'CUSTOMER_HUNG_UP, AGENT',
    async (phone) => {
      const conversationId = randomUUID();
      const [first] = await phone.leg({ conversationId, by: 'CUSTOMER' });
      const [second, seconds] = await phone.leg({ conversationId });
      return [`${first}, ${second}`, seconds];
    },
  ],
];

/** @param sandbox - whose numbers live for `JOB_TTL_MS` */
export async function checkJob(peer: Peer, sandbox: Sandbox): Promise<JobLine[]> {
  const lines: JobLine[] = [];
  for (const [rule, expected, play] of rules) {
    const [outcome, seconds] = await play(new Phone(peer, sandbox)).catch(
      (error: unknown): [string, number] => [String(error), NaN],
    );
    sandbox.heal();
    lines.push({ rule, expected, contestant: peer.contestant.name, outcome, seconds });
  }
  return lines;
}

interface LegOptions {
  conversationId?: string;
  by?: 'GENERATIVE_AGENT' | 'CUSTOMER';
  lag?: { reads?: number; ms?: number };
  isConnectLost?: boolean;
}

/** The phone system's part. Each answers with an outcome, and how long that took. */
class Phone {
  constructor(
    private readonly peer: Peer,
    readonly sandbox: Sandbox,
  ) {}

  async leg({
    conversationId = randomUUID(),
    by = 'GENERATIVE_AGENT',
    lag = {},
    isConnectLost = false,
  }: LegOptions = {}): Promise<[string, number]> {
    const call = { conversationId, transferId: randomUUID() };
    const { exchange } = this.sandbox;
    const [step, seconds] = await timed(this.peer.contestant.request(call));
    if (step.action === 'ROUTE') return [String(step.decision?.outcome), seconds];
    exchange.callArrives(step.leg?.transferNumber ?? '');
    if (isConnectLost) await sleep(JOB_TTL_MS + 500);
    else await this.peer.contestant.connect(call);
    if (by === 'CUSTOMER') exchange.callerHangsUp(call.transferId);
    else exchange.aiEnds(call.transferId, AGENT, lag);
    const [end, took] = await timed(this.peer.contestant.disconnect(call, by));
    return [String(end.decision?.outcome), took];
  }

  async undialled(): Promise<[string, number]> {
    const call: CallIds = { conversationId: randomUUID(), transferId: randomUUID() };
    const begun = performance.now();
    await this.peer.contestant.request(call);
    await sleep(JOB_TTL_MS);
    for (;;) {
      // Not there yet is an error of some.
      const decision = await this.peer.decision(call).catch(() => null);
      const seconds = (performance.now() - begun) / 1000;
      if (decision !== null) return [decision.outcome, seconds];
      if (seconds > 10) return ['no decision', seconds];
      await sleep(50);
    }
  }
}

async function timed(asked: Promise<unknown>): Promise<[Answer, number]> {
  const begun = performance.now();
  const answer = (await asked) as Answer;
  return [answer, (performance.now() - begun) / 1000];
}

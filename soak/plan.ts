/** What a soak will do, all of it from the seed: which calls, what happens to each, and what is broken meanwhile. */
import type { CallTransferClientOptions, DisconnectReport, Outcome } from '../src/index';
import type { Fault } from '../src/sandbox';

import { Random } from './random';

/** How a call goes, and the outcomes of its legs where nothing is broken. */
export const stories = {
  agent: ['AGENT'],
  system: ['SYSTEM'],
  customerHangsUp: ['CUSTOMER_HUNG_UP'],
  bothHangUp: ['CUSTOMER_HUNG_UP'],
  busy: ['DIAL_FAILED'],
  leavesEarly: ['CUSTOMER_HUNG_UP'],
  neverDialled: ['NUMBER_EXPIRED'],
  hangupLost: ['AGENT'],
  reconnection: ['CUSTOMER_HUNG_UP', 'AGENT'],
} as const satisfies Record<string, readonly [Outcome, ...Outcome[]]>;
export type Story = keyof typeof stories;

/** An event of the phone system as it is told: late, twice, or out of order. */
export interface Telling {
  /** Milliseconds after it happened. */
  afterMs: number;
  /** As an update, which waits for the decision, or as a signal. */
  way: 'update' | 'signal';
}

export interface PlannedLeg {
  ringMs: number;
  talkMs: number;
  /** None where it is lost. */
  connects: number[];
  disconnects: Telling[];
  report: Omit<DisconnectReport, 'transferId'>;
  /** How long ASAPP's books lag behind, milliseconds. */
  lagMs: number;
  /** A disconnect for a leg that does not exist is told, too. */
  stray: boolean;
}

export interface PlannedCall {
  conversationId: string;
  story: Story;
  legs: [PlannedLeg, ...PlannedLeg[]];
}

/** Something that is broken once so many calls have ended. */
export type Trouble = { afterCalls: number } & (
  | { kind: 'workerKilled'; worker: number }
  | { kind: 'serverRestarted' }
  | { kind: 'asappFaults'; faults: Fault[] }
  | { kind: 'asappDown'; ms: number }
);

export interface SoakOptions {
  seed: number;
  calls: number;
  workerKills: number;
  serverRestarts: number;
  /** How many calls begin in a second. */
  callsPerSecond: number;
  workers: number;
  /** Variables of the workers, over those of a soak. */
  environment?: NodeJS.ProcessEnv;
  /** How the phone system asks. */
  client?: CallTransferClientOptions;
}

export interface Plan {
  calls: PlannedCall[];
  troubles: Trouble[];
}

const reports: Record<Story, Omit<DisconnectReport, 'transferId'>> = {
  agent: { by: 'GENERATIVE_AGENT' },
  system: { by: 'GENERATIVE_AGENT' },
  customerHangsUp: { by: 'CUSTOMER' },
  bothHangUp: { by: 'CUSTOMER' },
  busy: { by: 'GENERATIVE_AGENT', cause: 'BUSY' },
  leavesEarly: { by: 'CUSTOMER', cause: 'CANCELLED' },
  neverDialled: {},
  hangupLost: {},
  reconnection: { by: 'CUSTOMER' },
};

/** Faults of ASAPP's that strike the next requests. */
const faults = [
  { effect: { kind: 'status', status: 500 } },
  { effect: { kind: 'status', status: 503, retryAfterSeconds: 1 } },
  { effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
  { effect: { kind: 'cutBefore' } },
  { effect: { kind: 'cutAfter' } },
  { effect: { kind: 'hangAfter' } },
  { effect: { kind: 'latency', ms: 350 } },
  { effect: { kind: 'latency', ms: 1200 } },
  { effect: { kind: 'latency', ms: 2800 } },
  { effect: { kind: 'body', body: '{"oops' } },
] as const satisfies readonly Fault[];

/** Calls between one trouble with ASAPP and the next. */
const CALLS_PER_ASAPP_TROUBLE = 12;

export function planOf({ seed, calls, workerKills, serverRestarts, workers }: SoakOptions): Plan {
  const random = new Random(seed);
  const spread = <T>(times: number, make: (afterCalls: number) => T): T[] =>
    Array.from({ length: times }, (_, index) => make(Math.floor(((index + 0.5) / times) * calls)));
  return {
    calls: Array.from({ length: calls }, (_, index) => callOf(random, `soak-${seed}-${index}`)),
    troubles: [
      ...spread(workerKills, (afterCalls): Trouble => ({
        kind: 'workerKilled',
        worker: random.between(0, workers - 1),
        afterCalls,
      })),
      ...spread(serverRestarts, (afterCalls): Trouble => ({ kind: 'serverRestarted', afterCalls })),
      ...spread(Math.ceil(calls / CALLS_PER_ASAPP_TROUBLE), (afterCalls) => asappTrouble(random, afterCalls)),
    ].sort((one, other) => one.afterCalls - other.afterCalls),
  };
}

function callOf(random: Random, conversationId: string): PlannedCall {
  const story = random.of(Object.keys(stories) as [Story, ...Story[]]);
  const first = legOf(random, reports[story], story !== 'hangupLost' && story !== 'neverDialled');
  const again = story === 'reconnection' ? [legOf(random, reports.agent, true)] : [];
  return { conversationId, story, legs: [first, ...again] };
}

function legOf(random: Random, report: PlannedLeg['report'], isTold: boolean): PlannedLeg {
  return {
    ringMs: random.between(0, 1500),
    talkMs: random.between(0, 3000),
    connects: random.chance(20) ? [] : random.some(1, 3, () => random.between(0, 800)),
    disconnects: isTold
      ? random.some(1, 3, () => ({
          afterMs: random.between(0, 400),
          way: random.of(['update', 'update', 'signal']),
        }))
      : [],
    report,
    lagMs: random.chance(20) ? random.between(100, 1500) : 0,
    stray: random.chance(15),
  };
}

function asappTrouble(random: Random, afterCalls: number): Trouble {
  if (random.chance(10)) return { kind: 'asappDown', ms: random.between(500, 4000), afterCalls };
  return {
    kind: 'asappFaults',
    faults: random.some(1, 3, () => ({ ...random.of<Fault>(faults as never), times: random.between(1, 3) })),
    afterCalls,
  };
}

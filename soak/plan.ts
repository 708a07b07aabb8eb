/** What a soak will do, all of it from the seed: which calls, what happens to each, and what is broken meanwhile. */
import type { CallTransferClientOptions, DisconnectReport, Outcome } from '../src/index';

import type { Purpose } from './plans';
import { Random } from './random';
import { makeTrouble, type Trouble, type TroubleKind } from './troubles';

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
  /** How its phone system reaches the conversation. */
  by: 'client' | 'gateway';
  legs: [PlannedLeg, ...PlannedLeg[]];
}

export interface SoakOptions {
  purpose: Purpose;
  seed: number;
  calls: number;
  /** How many calls begin in a second. */
  callsPerSecond: number;
  workers: number;
  /** The workflows of this version, as `call-transfer-bundle` makes them. Default: they are bundled first. */
  workflowBundle?: string;
  /** Variables of the workers, over those of a soak. */
  environment?: NodeJS.ProcessEnv;
  /** How the phone system asks. */
  client?: CallTransferClientOptions;
  /** The program of the worker of the other version, if the plan has one. */
  otherWorker?: string;
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

export function planOf({ purpose, seed, calls, workers }: SoakOptions): Plan {
  const random = new Random(seed);
  const troublesOf = ([kind, perThousand]: [string, number]) => {
    const times = Math.max(1, Math.round((perThousand * calls) / 1000));
    // Evenly, and at any place of its share, so that troubles of different kinds meet and miss each other.
    return Array.from({ length: times }, (_, index) => {
      const place = index + random.between(10, 90) / 100;
      return makeTrouble(kind as TroubleKind, random, workers, Math.floor((place / times) * calls));
    });
  };
  return {
    calls: Array.from({ length: calls }, (_, index) => callOf(random, `soak-${seed}-${index}`)),
    troubles: Object.entries(purpose.perThousandCalls)
      .flatMap(troublesOf)
      .sort((one, other) => one.afterCalls - other.afterCalls),
  };
}

function callOf(random: Random, conversationId: string): PlannedCall {
  const story = random.of(Object.keys(stories) as [Story, ...Story[]]);
  const first = legOf(random, reports[story], story !== 'hangupLost' && story !== 'neverDialled');
  const again = story === 'reconnection' ? [legOf(random, reports.agent, true)] : [];
  return { conversationId, story, by: random.of(['client', 'gateway']), legs: [first, ...again] };
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

/** The books of a soak: what went in, what came out, and whether it is right. */
import { isFallback } from '../src/contract/outcomes';
import type { Outcome, RoutingDecision } from '../src/index';

import { stories, type Story } from './plan';

/** What became of one leg, as the phone system and the caller saw it. */
export interface PlayedLeg {
  transferId: string;
  expected: Outcome;
  /** How it ends if the conversation hears of no disconnect in time, as when the gateway could not pass it on. */
  ifUnreported: Outcome;
  /** Milliseconds from its hangup until a report of that got through; infinite if none did. */
  heardAfterMs: number;
  /** All answers of the conversation about this leg that route its caller. */
  decisions: RoutingDecision[];
  /** How the finished conversation says that the leg ended; `null` where it does not know the leg. */
  outcome: Outcome | null;
  /** From the request of its number to its end, epoch milliseconds. */
  from: number;
  to: number;
  /** Milliseconds that answers took. */
  waits: number[];
  /** The gateway had no answer in time, and sent the caller on its own fallback route. */
  leftAlone: boolean;
  /** A number came at its expiry or later. */
  handedOutLate: boolean;
  /** A number in time for its dialBy: it reached nobody, or somebody else's conversation. */
  reached: 'itself' | 'nobody' | 'a stranger' | null;
}

export interface PlayedCall {
  conversationId: string;
  story: Story;
  legs: PlayedLeg[];
  /** The workflow's own result; `null` where it never ended. */
  result: RoutingDecision | null;
  /** What the phone system got instead of an answer. */
  error?: string;
}

/** A report that takes longer may come after ASAPP was asked, milliseconds: the soak's settings have it asked 5 s after a hangup. */
const UNHEARD_MS = 4000;

/** For so long after a trouble a call may still fall back because of it, milliseconds. */
export const RECOVERY_MS = 10_000;

/** While something was broken, and for as long as it takes to recover, epoch milliseconds. */
export interface Disturbance {
  from: number;
  to: number;
}

/** What the calls went through. */
export interface Circumstances {
  /** Default: nothing was broken. */
  disturbances?: readonly Disturbance[];
  /** When the machine itself did not keep up. Default: never. */
  overloads?: readonly Disturbance[];
  /** The share of the legs that may fall back, 0 to 1. Default: all. */
  mostFallbacks?: number | undefined;
}

/** The share of the legs that may fall back because the machine does not keep up: of more, a run says nothing. */
const MOST_BY_THE_MACHINE = 0.01;

export interface Ledger {
  calls: number;
  decisions: number;
  legs: number;
  /** Legs that ended as they would have with nothing broken. */
  asPlanned: number;
  /** Legs that fell back while something was broken, by the conversation's decision or by the gateway's. */
  fellBack: number;
  /** Of these, with nothing broken but a machine that did not keep up. */
  byTheMachine: number;
  byTheGateway: number;
  byOutcome: Partial<Record<Outcome, number>>;
  numbersRequested: number;
  numbersHandedOutAfterExpiry: number;
  callsToStrangers: number;
  /** Milliseconds, over all answers. */
  waits: { p50: number; p95: number; p99: number; most: number };
  /** What must not be, each with the ids that show where. */
  wrong: string[];
}

/**
 * Balances the books.
 *
 * @param numbersRequested - transfer ids for which ASAPP gave a number
 */
export function balance(
  calls: readonly PlayedCall[],
  numbersRequested: readonly string[],
  { disturbances = [], overloads = [], mostFallbacks = 1 }: Circumstances = {},
): Ledger {
  const wrong: string[] = [];
  const legs = calls.flatMap((call) => call.legs);
  for (const call of calls) wrong.push(...wrongIn(call));
  let asPlanned = 0;
  let fellBack = 0;
  let byTheMachine = 0;
  for (const leg of legs) {
    const { outcome, expected, leftAlone } = leg;
    const isUnheard = leftAlone || leg.heardAfterMs > UNHEARD_MS;
    const hasFallenBack =
      (leftAlone && [null, expected].includes(outcome)) ||
      (isUnheard && outcome === leg.ifUnreported) ||
      (outcome !== null && isFallback(outcome));
    const wasDisturbed = isIn(disturbances, leg);
    if (outcome === expected && !leftAlone) asPlanned++;
    else if (hasFallenBack && (wasDisturbed || isIn(overloads, leg))) {
      fellBack++;
      if (!wasDisturbed) byTheMachine++;
    } else
      wrong.push(
        `${leg.transferId}: ${String(leg.outcome)} instead of ${leg.expected}${reasonsOf(leg)}${leg.leftAlone ? ', left to the gateway' : ''}`,
      );
  }
  if (fellBack > mostFallbacks * legs.length) wrong.push(`${fellBack} of ${legs.length} legs fell back`);
  if (byTheMachine > MOST_BY_THE_MACHINE * legs.length)
    wrong.push(`${byTheMachine} of ${legs.length} legs fell back since the machine did not keep up`);
  const known = new Set(legs.map(({ transferId }) => transferId));
  for (const id of numbersRequested) if (!known.has(id)) wrong.push(`${id}: a number that nobody asked for`);
  for (const id of repeated(numbersRequested)) wrong.push(`${id}: two numbers for one transfer`);
  return {
    calls: calls.length,
    decisions: calls.filter(isDecided).length,
    legs: legs.length,
    asPlanned,
    fellBack,
    byTheMachine,
    byTheGateway: legs.filter(({ leftAlone }) => leftAlone).length,
    byOutcome: countsOf(legs.flatMap(({ outcome }) => outcome ?? [])),
    numbersRequested: numbersRequested.length,
    numbersHandedOutAfterExpiry: legs.filter(({ handedOutLate }) => handedOutLate).length,
    callsToStrangers: legs.filter(({ reached }) => reached === 'a stranger').length,
    waits: percentiles(legs.flatMap(({ waits }) => waits)),
    wrong,
  };
}

const isIn = (times: readonly Disturbance[], leg: PlayedLeg): boolean =>
  times.some(({ from, to }) => from <= leg.to && to >= leg.from);

const reasonsOf = ({ decisions }: PlayedLeg): string =>
  decisions.map(({ reason }) => (reason === null ? '' : ` (${reason})`)).join('');

/** The gateway decides if a conversation never came to be. */
const isDecided = ({ result, legs }: Pick<PlayedCall, 'result' | 'legs'>): boolean =>
  result !== null || legs.some(({ leftAlone }) => leftAlone);

function wrongIn({ conversationId, story, legs, result, error }: PlayedCall): string[] {
  if (error !== undefined) return [`${conversationId} (${story}): ${error}`];
  if (!isDecided({ result, legs })) return [`${conversationId}: no decision`];
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${conversationId} (${story}): ${what}`);
  if (legs.length > stories[story].length) say('more legs than planned');
  for (const { transferId, decisions, outcome, handedOutLate, reached } of legs) {
    const routes = new Set(
      decisions.map((decision) => `${decision.outcome} ${JSON.stringify(decision.route)}`),
    );
    if (routes.size > 1) say(`${transferId} was told ${[...routes].join(' and ')}`);
    for (const decision of decisions) {
      if (decision.conversationId !== conversationId)
        say(`${transferId} was told another conversation's decision`);
      const { conversation = conversationId } = decision.transferVariables as { conversation?: string };
      if (conversation !== conversationId) say(`${transferId} was given what ${conversation} found`);
      if (decision.outcome !== outcome)
        say(`${transferId} was told ${decision.outcome}, and ended as ${String(outcome)}`);
    }
    if (handedOutLate) say(`${transferId} got its number after its expiry`);
    if (reached === 'a stranger') say(`${transferId} reached a stranger`);
    if (reached === 'nobody') say(`${transferId} got a number that is nobody's`);
  }
  return wrong;
}

const repeated = (ids: readonly string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index);

function countsOf<T extends string>(values: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function percentiles(values: number[]): Ledger['waits'] {
  const sorted = values.sort((one, other) => one - other);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

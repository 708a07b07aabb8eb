/**
 * The call transfer without an engine: a state machine for each conversation, in a map, with timers of Node's. All that
 * it knows is in its memory.
 *
 * With `ASKS_ASAPP=true` it asks ASAPP about legs that it does not know: the least that helps after a crash.
 */
import { setTimeout as sleep } from 'node:timers/promises';

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
import { serveJson } from '../call/json-server';

const asapp = asappFromEnvironment();
const asksAsapp = process.env['ASKS_ASAPP'] === 'true';

/** One leg's state machine: REQUESTING → DIALING → CONNECTED → DECIDED, and straight to the end from each. */
class LegMachine {
  readonly number: Promise<NextStep>;
  private state: 'REQUESTING' | 'DIALING' | 'CONNECTED' | 'DECIDED' = 'REQUESTING';
  private timer: NodeJS.Timeout | undefined;
  private ending: Promise<Decision> | undefined;

  constructor(
    private readonly leg: Leg,
    private readonly onDecided: (decision: Decision) => void,
  ) {
    this.number = this.request();
  }

  /** The decision, if there is one or somebody is about to find it. */
  get decision(): Promise<Decision> | undefined {
    return this.ending;
  }

  connected(): void {
    if (this.state !== 'DIALING') return;
    this.state = 'CONNECTED';
    this.after(MAX_CALL_MS, () => void this.hungUp({ by: 'UNKNOWN' }));
  }

  /** Tells of the hangup; the first report counts. */
  hungUp(report: Report): Promise<Decision> {
    this.ending ??= fetchResult(this.leg).then((found) =>
      this.decided(decide(this.leg, outcomeOf(found, report))),
    );
    return this.ending;
  }

  private async request(): Promise<NextStep> {
    const deadline = Date.now() + REQUEST_DEADLINE_MS;
    const transfer = await repeated(POST_ATTEMPTS, deadline, () =>
      asapp.post(this.leg, deadline - Date.now()),
    );
    if (transfer === undefined) {
      this.ending ??= Promise.resolve(this.decided(decide(this.leg, 'TRANSFER_UNAVAILABLE')));
      return route(await this.ending);
    }
    if (this.state === 'REQUESTING' && this.ending === undefined) {
      this.state = 'DIALING';
      this.after(transfer.expiresAt - Date.now(), () => void this.expired());
    }
    return dial(this.leg, transfer);
  }

  private async expired(): Promise<void> {
    const found = await fetchResult(this.leg, () => true);
    if (this.state !== 'DIALING' || this.ending !== undefined) return;
    if (found !== undefined && isUp(found)) this.connected();
    else this.ending = Promise.resolve(this.decided(decide(this.leg, 'NUMBER_EXPIRED')));
  }

  private decided(decision: Decision): Decision {
    clearTimeout(this.timer);
    this.state = 'DECIDED';
    this.onDecided(decision);
    return decision;
  }

  private after(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }
}

/** The legs of each conversation, by their ids; forgotten some time after the last decision. */
const conversations = new Map<string, Map<string, LegMachine>>();

function legOf({ conversationId, transferId }: Leg): LegMachine | undefined {
  return conversations.get(conversationId)?.get(transferId);
}

function newLeg(leg: Leg): LegMachine {
  const { conversationId, transferId } = leg;
  const legs = conversations.get(conversationId) ?? new Map<string, LegMachine>();
  conversations.set(conversationId, legs);
  const machine = new LegMachine(leg, () => {
    setTimeout(() => {
      if ([...legs.keys()].at(-1) === transferId) conversations.delete(conversationId);
    }, RECONNECT_WINDOW_MS).unref();
  });
  legs.set(transferId, machine);
  return machine;
}

/** Looks until what is found is enough; `undefined` where it is not in time. */
function fetchResult(
  leg: Leg,
  isEnough: (found: Transfer) => boolean = (found) => !isUnsettled(found),
): Promise<Transfer | undefined> {
  const deadline = Date.now() + DISCONNECT_DEADLINE_MS;
  return repeated(GET_ATTEMPTS, deadline, async () => {
    const found = await asapp.get(leg, deadline - Date.now());
    if (!isEnough(found)) throw new Error('The books lag behind');
    return found;
  });
}

/** Asks again after 250 ms, 500 ms, 1 s…; `undefined` where all that is in vain or takes too long. */
async function repeated<T>(
  attempts: number,
  deadline: number,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 1, pause = FIRST_PAUSE_MS; ; attempt++, pause *= 2) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || attempt === attempts || Date.now() + pause >= deadline) return undefined;
      await sleep(pause);
    }
  }
}

/** After a crash nothing is known of any leg but what ASAPP knows. */
async function reportUnknown(leg: Leg, report: Report): Promise<NextStep | undefined> {
  return asksAsapp ? route(decide(leg, outcomeOf(await fetchResult(leg), report))) : undefined;
}

void serveJson({
  requestTransfer: (leg) => (legOf(leg) ?? newLeg(leg)).number,
  connected: (leg) => {
    const known = legOf(leg);
    known?.connected();
    return Promise.resolve(known === undefined && !asksAsapp ? undefined : {});
  },
  reportDisconnect: async ({ by, ...leg }) => {
    const known = legOf(leg);
    return known === undefined ? await reportUnknown(leg, { by }) : route(await known.hungUp({ by }));
  },
  decision: async (leg) => await legOf(leg)?.decision,
});

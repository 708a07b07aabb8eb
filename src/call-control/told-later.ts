import { setTimeout as sleep } from 'node:timers/promises';

import { NoAnswerError } from '../client/errors';

import type { LegDisconnected } from './leg-events';
import type { Log } from './next-steps';

/** How long a report is kept, milliseconds: a conversation that heard nothing asks ASAPP itself after that. */
const KEPT_MS = 10 * 60_000;

/** How many are kept: half an hour of hangups at 10 a second, in about 10 MB. */
const MOST = 20_000;

/** How many are told at the same time once Temporal answers again. */
const AT_ONCE = 10;

/** Pauses while Temporal gives no answer, milliseconds; the last one repeats. One report at a time tries. */
const PAUSES_MS = [500, 1000, 2000, 4000] as const;

interface Pending {
  event: LegDisconnected;
  until: number;
}

/**
 * Disconnects whose callers got the fallback route because Temporal gave no answer: the workflow is told of them later, so
 * that it does not take the call for one that goes on.
 *
 * 1. While Temporal is away one report tries at a time, however many wait.
 * 2. Each is told, or the log says that it was given up.
 */
export class ToldLater {
  private readonly waiting: Pending[] = [];
  private isTelling = false;
  private isClosed = false;

  /** @param tell - rejects with `NoAnswerError` if nobody answered; with anything else there is nobody to tell */
  constructor(private readonly tell: (event: LegDisconnected) => Promise<unknown>) {}

  add(event: LegDisconnected, log: Log): void {
    if (this.isClosed) {
      givenUp(event, 'the gateway is closing', log);
      return;
    }
    if (this.waiting.length >= MOST) {
      const oldest = this.waiting.shift();
      if (oldest !== undefined) givenUp(oldest.event, 'too many wait', log);
    }
    this.waiting.push({ event, until: Date.now() + KEPT_MS });
    if (!this.isTelling) void this.tellAll(log);
  }

  /** What has not been told is told no more. */
  close(log: Log): void {
    this.isClosed = true;
    for (const { event } of this.waiting.splice(0)) givenUp(event, 'the gateway is closing', log);
  }

  private async tellAll(log: Log): Promise<void> {
    this.isTelling = true;
    for (let failures = 1; this.waiting.length > 0;) {
      if (failures > 0) {
        await sleep(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1], undefined, { ref: false });
      }
      failures = (await this.tellSome(failures > 0 ? 1 : AT_ONCE, log)) ? 0 : failures + 1;
    }
    this.isTelling = false;
  }

  /** @returns whether somebody answered each of them */
  private async tellSome(count: number, log: Log): Promise<boolean> {
    const some = this.waiting.splice(0, count);
    const silent = await Promise.all(some.map((pending) => this.unheard(pending, log)));
    this.waiting.unshift(...silent.filter((pending) => pending !== undefined));
    return silent.every((pending) => pending === undefined);
  }

  /** Tells one; answers it if it must be told again. */
  private async unheard(pending: Pending, log: Log): Promise<Pending | undefined> {
    try {
      await this.tell(pending.event);
      return undefined;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) return undefined;
      if (!this.isClosed && Date.now() < pending.until) return pending;
      givenUp(pending.event, error.message, log);
      return undefined;
    }
  }
}

function givenUp({ data: { conversationId, transferId } }: LegDisconnected, why: string, log: Log): void {
  log.warn(
    { conversationId, transferId, why },
    'The workflow was not told of a disconnect: it will ask ASAPP',
  );
}

import type { LegEvent } from './leg-events';

/** How late the process may be before it refuses new callers, milliseconds. */
const BUSY_AFTER_MS = 250;

/** How many times as late it may be before it refuses an event of a call that is up. */
const OF_OPEN_CALLS = 2;

/** How often the process shows that it gets to what is new, milliseconds. */
const TURN_MS = 20;

/** More comes than the gateway can carry. Whoever sent it sends it again. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/**
 * Whether a gateway carries what comes, so that one that gets too much answers everybody in time: some with a next step, and the
 * others with the fallback route at once.
 *
 * 1. What is read late in a turn of the event loop has waited for all that was read before it. If two turns in a row are that long,
 *    more comes than can be carried; a single one is a pause of the machine's.
 * 2. New callers are refused first: an event of a call that is up has twice the time.
 * 3. An event that comes twice is not refused while the first one is under way: one of the two answers would be another.
 */
export class Load {
  private readonly underWay = new Map<string, number>();
  /** When this turn began, and the one before it. */
  private turns: [before: number, now: number];
  private readonly turning: NodeJS.Timeout;

  /** @param now - milliseconds, of a clock that never goes back */
  constructor(
    private readonly busyAfterMs = BUSY_AFTER_MS,
    private readonly now = () => performance.now(),
  ) {
    this.turns = [now(), now()];
    this.turning = setInterval(() => {
      this.turn();
    }, TURN_MS).unref();
  }

  /** The process gets to what is new. */
  turn(): void {
    this.turns = [this.turns[1], this.now()];
  }

  /** Whether an event that is read now can be answered in time. */
  hasRoomFor(event: LegEvent): boolean {
    const [before, now] = this.turns;
    const lateMs = Math.min(now - before, this.now() - now);
    const most = this.busyAfterMs * (event.type === 'leg.requested' ? 1 : OF_OPEN_CALLS);
    return lateMs < most || this.underWay.has(keyOf(event));
  }

  /** Runs what takes an event to Temporal. */
  async during<T>(event: LegEvent, body: () => Promise<T>): Promise<T> {
    const key = keyOf(event);
    this.underWay.set(key, (this.underWay.get(key) ?? 0) + 1);
    try {
      return await body();
    } finally {
      const others = (this.underWay.get(key) ?? 1) - 1;
      if (others > 0) this.underWay.set(key, others);
      else this.underWay.delete(key);
    }
  }

  close(): void {
    clearInterval(this.turning);
  }
}

const keyOf = ({ type, data: { conversationId, transferId = '' } }: LegEvent): string =>
  JSON.stringify([type, conversationId, transferId]);

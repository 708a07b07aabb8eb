import { setTimeout as sleep } from 'node:timers/promises';

import { AsappError } from '../asapp/error';

import type { AccountAnswer, AccountAsk, CallAsk, Ceilings, Verdict } from './ledger';

/** How long a new call waits for a free second: its caller is better off with a person than with silence. */
const CALL_PATIENCE_MS = 1000;
/** How long any other request waits, such as the one for a result. */
const REQUEST_PATIENCE_MS = 3000;
/** Ended calls are told with the next request, or after this time. */
const ENDED_WITHIN_MS = 200;
/**
 * Between one ask and the next: the server has ten updates of a workflow in hand at most and lets the others wait a
 * second and more, so that with no rest a dozen busy workers would stand in each other's way.
 */
const REST_MS = 25;
/** A wait ends early enough for the first who gives up. */
const MOST_PAUSE_MS = 250;
/** A grant that takes longer to come than this is not used. Bounds of twice the last ask's time. */
const SEND_WITHIN_MS = { least: 100, most: 1000 };

/** Asks the account's ledger. Rejects if that gives no answer. */
export type AskAccount = (ask: AccountAsk) => Promise<AccountAnswer>;

interface Waiting {
  /** The call that wants to begin; `null` for a request of a call that is open. */
  call: CallAsk | null;
  /** When it gives up, on this process's clock. */
  giveUpAt: number;
  resolve: () => void;
  reject: (error: AsappError) => void;
}

const messages = {
  callCeilingReached: 'as many calls as the account may have are open',
  requestCeilingReached: 'the account has used up its requests',
  ceilingsUnavailable: 'nobody could say whether the account is within its ceilings',
};

/**
 * One worker's way to the ledger of its account: whoever waits is asked for together, and one ask is under way at a
 * time, so that a thousand calls cost no more asks than the time allows. Who comes alone is asked for at once.
 */
export class AccountGate {
  private readonly waiting: Waiting[] = [];
  private ended: string[] = [];
  private running = false;
  private endedTimer: NodeJS.Timeout | undefined;
  private sendWithinMs = SEND_WITHIN_MS.least;

  constructor(
    private readonly ask: AskAccount,
    private readonly ceilings: Ceilings,
  ) {}

  /**
   * Waits until a call may begin, or repeat its request.
   *
   * @throws AsappError of kind `callCeilingReached`, `requestCeilingReached` or `ceilingsUnavailable`, unsent
   */
  async beginCall(call: CallAsk): Promise<void> {
    await this.wait(call, CALL_PATIENCE_MS);
  }

  /**
   * Waits until a request of an open call may be sent, if requests have a ceiling. If nobody can say, it may.
   *
   * @throws AsappError of kind `requestCeilingReached`, unsent
   */
  async takeRequest(): Promise<void> {
    const { requestsPerSecond, requestsPerDay } = this.ceilings;
    if (requestsPerSecond === null && requestsPerDay === null) return;
    await this.wait(null, REQUEST_PATIENCE_MS);
  }

  /** A call has ended: its place is free. */
  endCall(transferId: string): void {
    this.ended.push(transferId);
    this.tellEnded();
  }

  private tellEnded(): void {
    this.endedTimer ??= setTimeout(() => {
      this.endedTimer = undefined;
      void this.run();
    }, ENDED_WITHIN_MS).unref();
  }

  private async wait(call: CallAsk | null, patienceMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ call, giveUpAt: performance.now() + patienceMs, resolve, reject });
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    // One turn, in which everybody who asks at the same time is heard.
    await Promise.resolve();
    do {
      const pauseMs = Math.max(REST_MS, await this.askOnce());
      await sleep(Math.min(pauseMs, MOST_PAUSE_MS), undefined, { ref: false });
    } while (this.waiting.length > 0);
    this.running = false;
    if (this.ended.length > 0) this.tellEnded();
  }

  /** Asks for everybody who waits now; whoever has to wait on is asked for again. Answers how long until that helps. */
  private async askOnce(): Promise<number> {
    const asked = this.waiting.splice(0);
    const ended = this.ended.splice(0);
    const calls = asked.flatMap(({ call }) => call ?? []);
    const requests = asked.length - calls.length;
    const begun = performance.now();
    const { ceilings, sendWithinMs } = this;
    let answer: AccountAnswer;
    try {
      answer = await this.ask({ ceilings, ended, calls, requests, sendWithinMs });
    } catch {
      this.ended.unshift(...ended);
      for (const { call, resolve, reject } of asked) {
        if (call === null) resolve();
        else reject(refusal('ceilingsUnavailable'));
      }
      return 0;
    }
    const tookMs = performance.now() - begun;
    const isTooLate = ceilings.requestsPerSecond !== null && tookMs > sendWithinMs;
    this.sendWithinMs = Math.min(SEND_WITHIN_MS.most, Math.max(SEND_WITHIN_MS.least, Math.ceil(2 * tookMs)));
    const verdicts = answer.calls.values();
    let left = answer.requests;
    for (const one of asked) {
      const ofRequest = () => (left-- > 0 ? 'granted' : answer.more);
      const verdict = one.call === null ? ofRequest() : (verdicts.next().value ?? 'later');
      this.settle(one, verdict === 'granted' && isTooLate ? 'later' : verdict);
    }
    return answer.waitMs;
  }

  private settle(one: Waiting, verdict: Verdict): void {
    if (verdict === 'granted') one.resolve();
    else if (verdict === 'tooManyCalls') one.reject(refusal('callCeilingReached'));
    else if (verdict === 'quotaUsedUp' || performance.now() >= one.giveUpAt) {
      one.reject(refusal('requestCeilingReached'));
    } else this.waiting.push(one);
  }
}

const refusal = (kind: keyof typeof messages) =>
  new AsappError(kind, `ASAPP was not asked: ${messages[kind]}`, undefined, undefined, false);

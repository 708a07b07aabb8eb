import { CancellationScope, condition, sleep } from '@temporalio/workflow';

import type { ConversationSettings } from '../contract/default-settings';
import { keepsTimers } from '../contract/workflow-revision';

/**
 * A workflow's alarm clock: at most one timer at a time, for whatever is due next.
 *
 * A timer that is no longer waited for goes on until another takes its place. Most runs close before that, and a run
 * that closes needs no event in its history for a timer that it no longer has.
 */
export class Alarm {
  private timer: { at: number; scope: CancellationScope; rang: boolean } | undefined;

  constructor(private readonly run: { readonly settings: ConversationSettings }) {}

  /**
   * Waits until there is news, or until the alarm rings.
   *
   * @param at - epoch milliseconds; not after now to wait not at all
   * @param summary - what the timer is for, shown in the Web UI
   * @returns whether there was news
   */
  async newsBefore(at: number, summary: string, isNews: () => boolean): Promise<boolean> {
    const wait = at - Date.now();
    if (wait <= 0) return false;
    if (!keepsTimers(this.run.settings)) return await condition(isNews, wait, { summary });
    const timer = this.timer?.at === at ? this.timer : this.set(at, wait, summary);
    await condition(() => isNews() || timer.rang);
    return !timer.rang;
  }

  /** Takes the timer away, where the run goes on and nothing is due. */
  stop(): void {
    this.timer?.scope.cancel();
    this.timer = undefined;
  }

  private set(at: number, wait: number, summary: string) {
    this.stop();
    const timer = { at, scope: new CancellationScope(), rang: false };
    this.timer = timer;
    timer.scope
      .run(() => sleep(wait, { summary }))
      .then(
        () => (timer.rang = true),
        () => undefined,
      );
    return timer;
  }
}

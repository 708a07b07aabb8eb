import { CancellationScope, sleep } from '@temporalio/workflow';

/**
 * One timer, which is left to itself when what it was for is over: a run that closes soon after needs no event to take it
 * back. Setting it again takes it back.
 *
 * It is also the clock of what depends on it: a query may bring a timer that has gone off into a run while the workflow's
 * own clock still stands at the task before, and a replay would see another time.
 */
export class Alarm {
  private scope = new CancellationScope();
  private reached = 0;

  /** Epoch milliseconds: not before an alarm that has gone off. */
  now(): number {
    return Math.max(Date.now(), this.reached);
  }

  /**
   * @param at - epoch milliseconds
   * @returns whether it has gone off
   */
  set(at: number, summary: string): () => boolean {
    this.cancel();
    let isOff = false;
    this.scope
      .run(() => sleep(at - this.now(), { summary }))
      .then(() => {
        isOff = true;
        this.reached = Math.max(this.reached, at);
      })
      .catch(() => undefined);
    return () => isOff;
  }

  cancel(): void {
    this.scope.cancel();
    this.scope = new CancellationScope();
  }
}

import { CancellationScope, sleep } from '@temporalio/workflow';

/**
 * One timer, which is left to itself when what it was for is over: a run that closes soon after needs no event to take it
 * back. Setting it again takes it back.
 */
export class Alarm {
  private scope = new CancellationScope();

  /**
   * @param at - epoch milliseconds
   * @returns whether it has gone off
   */
  set(at: number, summary: string): () => boolean {
    this.cancel();
    let isOff = false;
    this.scope
      .run(() => sleep(at - Date.now(), { summary }))
      .then(() => {
        isOff = true;
      })
      .catch(() => undefined);
    return () => isOff;
  }

  cancel(): void {
    this.scope.cancel();
    this.scope = new CancellationScope();
  }
}

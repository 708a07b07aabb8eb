/** Notices that a run has come to a stop. */
export class Watchdog {
  private lastProgress = Date.now();
  private timer: NodeJS.Timeout | undefined;

  /** @param limitMs - how long nothing may happen, milliseconds */
  constructor(private readonly limitMs: number) {}

  readonly progress = (): void => {
    this.lastProgress = Date.now();
  };

  /** Waits for the work; rejects when nothing has happened for the limit. */
  async watch<T>(work: Promise<T>): Promise<T> {
    this.progress();
    const stalled = new Promise<never>((_, reject) => {
      this.timer = setInterval(() => {
        if (Date.now() - this.lastProgress > this.limitMs) {
          reject(new StalledError(`Nothing has happened for ${this.limitMs / 1000} s`));
        }
      }, 1000);
    });
    try {
      return await Promise.race([work, stalled]);
    } finally {
      clearInterval(this.timer);
    }
  }
}

export class StalledError extends Error {
  override readonly name = 'StalledError';
}

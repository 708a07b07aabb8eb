/** A process that is started again whenever it ends, as a supervisor does. */
export interface Process {
  readonly pid: number | undefined;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  kill: () => Promise<void>;
}

/** How often a start is tried, which fails while what the process needs is broken. */
const STARTS = 10;

export class Supervised {
  /** How often it ended without being killed. */
  endedByItself = 0;
  private process: Process | undefined;
  private isClosed = false;

  /** @param begin - starts it, and waits until it is ready */
  constructor(private readonly begin: () => Promise<Process>) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  async start(): Promise<void> {
    for (let starts = 1; ; starts++) {
      try {
        const started = await this.begin();
        this.process = started;
        void started.ended.then(() => this.restartUnlessKilled(started));
        return;
      } catch (error) {
        if (starts === STARTS || this.isClosed) throw error;
      }
    }
  }

  /** Kills it and starts it again. */
  async crash(): Promise<void> {
    await this.end();
    await this.start();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.end();
  }

  private async end(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    await process?.kill();
  }

  private async restartUnlessKilled(ended: Process): Promise<void> {
    if (this.process !== ended) return;
    this.endedByItself++;
    this.process = undefined;
    await this.start().catch(() => undefined);
  }
}

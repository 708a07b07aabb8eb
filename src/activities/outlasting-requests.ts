/**
 * Requests to ASAPP that outlast the local activity which began them.
 *
 * A local activity holds its workflow task: while it runs, no hangup reaches the workflow. So it waits for
 * an answer only as long as one usually takes. The request goes on, and the regular activity that follows,
 * which Temporal prefers to give to the same worker, takes it over instead of sending another. In another
 * worker it sends its own; ASAPP knows the transfer by its id.
 */
export class OutlastingRequests {
  private readonly requests = new Map<string, Promise<unknown>>();

  /**
   * Sends a request and waits for it.
   *
   * @param patienceMs - how long
   * @returns the answer, or `undefined` where the request outlasts the wait and can be taken over
   * @throws what the request throws
   */
  async begin<T>(
    key: string,
    request: () => Promise<T>,
    patienceMs: number,
  ): Promise<{ answer: T } | undefined> {
    const running = request();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.keep(key, running);
        resolve(undefined);
      }, patienceMs);
    });
    try {
      return await Promise.race([running.then((answer) => ({ answer })), patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The request under this key, which from now on is the caller's. */
  takeOver<T>(key: string): Promise<T> | undefined {
    const running = this.requests.get(key);
    this.requests.delete(key);
    return running as Promise<T> | undefined;
  }

  private keep(key: string, running: Promise<unknown>): void {
    this.requests.set(key, running);
    const forget = () => {
      // Time for whoever is to take it over; after that its answer is too old to use.
      const timer = setTimeout(() => {
        if (this.requests.get(key) === running) this.requests.delete(key);
      }, KEPT_MS);
      timer.unref();
    };
    running.then(forget, forget);
  }
}

const KEPT_MS = 5000;

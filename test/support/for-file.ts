/**
 * What a whole test file has, instead of each of its tests: from before its first test, or from its first use, until after
 * its last one. Closed in the opposite order, whoever opened it.
 */
const closers: (() => Promise<void>)[] = [];

afterAll(async () => {
  const mistakes: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    await close().catch((error: unknown) => mistakes.push(error));
  }
  if (mistakes.length > 0) throw mistakes[0];
});

/** Has this done after the file's last test, and after all that was opened later is closed. */
export function afterFile(close: () => Promise<void>): void {
  closers.push(close);
}

/**
 * What a `withX(…, body)` gives its body, for all tests of a file. To be called outside of tests; those that are called
 * first are opened first.
 *
 * @example
 * ```ts
 * const sandbox = forFile<Sandbox>((body) => withSandbox({}, body));
 *
 * test('…', () => {
 *   sandbox().fail(…);
 * });
 * ```
 *
 * @returns a way to get it, in tests and hooks
 */
export function forFile<T>(withIt: (body: (given: T) => Promise<void>) => Promise<void>): () => T {
  let held: { given: T } | undefined;
  beforeAll(async () => {
    held = { given: await heldForFile(withIt) };
  });
  return () => {
    if (held === undefined) throw new Error('The file’s tests have not begun');
    return held.given;
  };
}

/** The same from now on, for what a test or a hook is the first to need. */
export function heldForFile<T>(withIt: (body: (given: T) => Promise<void>) => Promise<void>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const ended = withIt(async (given) => {
      const released = new Promise<void>((release) => {
        afterFile(async () => {
          release();
          await ended;
        });
      });
      resolve(given);
      await released;
    });
    ended.catch(reject);
  });
}

/** Tests by their names. */
interface TestsAtOnce {
  names: string[];
  run: (name: string) => Promise<void>;
}

/**
 * Tests that do little but wait, and so wait at the same time: all begin with the first, and each ends with its own. What
 * one does must not touch another, so each that has faults of ASAPP has a stand-in and a worker of its own.
 *
 * @example
 * ```ts
 * const tests = atOnce({
 *   'a slow answer is waited for': async () => {…},
 *   'a lost answer is asked for again': async () => {…},
 * });
 * test.each(tests.names)('%s', async (name) => {
 *   await expect(tests.run(name)).resolves.toBeUndefined();
 * });
 * ```
 */
export function atOnce(tests: Record<string, () => Promise<void>>): TestsAtOnce {
  let begun: Map<string, Promise<void>> | undefined;
  return {
    names: Object.keys(tests),
    run: async (name) => {
      begun ??= new Map(Object.entries(tests).map(([other, begin]) => [other, handled(begin())]));
      const first = begun.get(name);
      // A second try begins anew.
      begun.delete(name);
      await (first ?? tests[name]?.());
    },
  };
}

/** A failure is for the test that awaits it, however much later that is. */
function handled(running: Promise<void>): Promise<void> {
  running.catch(() => undefined);
  return running;
}

/**
 * Restate's SDK takes `Promise.withResolvers` for granted, which Node has from version 22 on. Import this before it on an
 * older one.
 */
const constructor = Promise as unknown as { withResolvers?: () => unknown };

constructor.withResolvers ??= () => {
  let [resolve, reject] = [(_value: unknown): void => undefined, (_reason: unknown): void => undefined];
  const promise = new Promise<unknown>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
};

export {};

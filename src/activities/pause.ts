/**
 * Waits.
 *
 * @throws the signal's reason, as soon as it is given
 */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await unlessEnded(over, signal).finally(() => {
    clearTimeout(timer);
  });
}

/**
 * What runs, unless the signal is given before.
 *
 * @throws the signal's reason
 */
export async function unlessEnded<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let end: () => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    end = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', end);
  });
  return await Promise.race([running, ended]).finally(() => {
    signal.removeEventListener('abort', end);
  });
}

/** A process that gets no processor. */
import { setTimeout as sleep } from 'node:timers/promises';

/** What a starved process gets of a processor: 10 ms of every 100. */
const STARVED = { runMs: 10, stopMs: 90 };

/** Stops it as a whole, sockets and all, for some time: a virtual machine that is moved, a disk that hangs. */
export async function pause(pid: number, ms: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  await sleep(ms);
  signal(pid, 'SIGCONT');
}

/** Gives it a tenth of a processor for some time. */
export async function starve(pid: number, ms: number): Promise<void> {
  for (const until = Date.now() + ms; Date.now() < until;) {
    await pause(pid, STARVED.stopMs);
    await sleep(STARVED.runMs);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It was killed meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

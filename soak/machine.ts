/** Whether the machine keeps up: all that a soak starts shares its processors. */
import { cpus } from 'node:os';

import { RECOVERY_MS, type Disturbance } from './ledger';

const SAMPLE_MS = 1000;
/** Longer than a burst takes, such as the start of a process, milliseconds. */
const WINDOW_MS = 4000;
/** What of the processors' time was idle: with less, whatever asks for a processor waits for it. */
const LEAST_IDLE = 0.05;

/** What has been seen since the machine began. */
export interface Sample {
  /** Epoch milliseconds. */
  at: number;
  /** Milliseconds, over all processors. What another virtual machine took is not in it. */
  idleMs: number;
}

export class Machine {
  /** One for each second at whose end it had not kept up, with the time before in which that was so. */
  readonly overloads: Disturbance[] = [];
  private readonly window: Sample[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly processors: number) {}

  /** Watches this machine until it is closed. */
  static watch(): Machine {
    const machine = new Machine(cpus().length);
    machine.timer = setInterval(() => {
      machine.enter({ at: Date.now(), idleMs: cpus().reduce((sum, { times }) => sum + times.idle, 0) });
    }, SAMPLE_MS);
    return machine;
  }

  enter(sample: Sample): void {
    this.window.push(sample);
    while (sample.at - (this.window[1]?.at ?? sample.at) >= WINDOW_MS) this.window.shift();
    const since = this.window[0] ?? sample;
    const elapsedMs = sample.at - since.at;
    const idle = (sample.idleMs - since.idleMs) / (elapsedMs * this.processors);
    if (elapsedMs < WINDOW_MS || idle >= LEAST_IDLE) return;
    this.overloads.push({ from: since.at, to: sample.at + RECOVERY_MS });
  }

  close(): void {
    clearInterval(this.timer);
  }
}

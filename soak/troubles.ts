/** What is broken while calls run, chosen by the seed. */
import type { Fault } from '../src/sandbox';

import type { NetworkFault } from './network';
import type { Random } from './random';

/** Something that is broken once so many calls have ended. */
export type Trouble = { afterCalls: number } & (
  | { kind: 'workerKilled'; worker: number }
  | { kind: 'workerPaused'; worker: number; ms: number }
  | { kind: 'workerStarved'; worker: number; ms: number }
  | { kind: 'gatewayPaused'; ms: number }
  | { kind: 'serverRestarted' }
  | { kind: 'serverPaused'; ms: number }
  /** Restarted into the other version. */
  | { kind: 'serverReplaced' }
  /** The other version of the workers becomes the one that new calls go to. */
  | { kind: 'versionMadeCurrent' }
  | { kind: LinkTrouble; link: Link; fault: NetworkFault; ms: number }
  | { kind: 'asappFaults'; faults: Fault[] }
  | { kind: 'asappDown'; ms: number }
);
export type TroubleKind = Trouble['kind'];
type LinkTrouble = 'linkSlow' | 'linkReset' | 'linkHalfOpen' | 'linkBlackHole';

/** Between which processes: of a worker by its index, and of the gateway. */
export type Link = `worker-${number}-temporal` | `worker-${number}-asapp` | 'gateway-temporal';

/** Faults of ASAPP's that strike the next requests. */
const faults = [
  { effect: { kind: 'status', status: 500 } },
  { effect: { kind: 'status', status: 503, retryAfterSeconds: 1 } },
  { effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
  { effect: { kind: 'cutBefore' } },
  { effect: { kind: 'cutAfter' } },
  { effect: { kind: 'hangAfter' } },
  { effect: { kind: 'latency', ms: 350 } },
  { effect: { kind: 'latency', ms: 1200 } },
  { effect: { kind: 'latency', ms: 2800 } },
  { effect: { kind: 'body', body: '{"oops' } },
] as const satisfies readonly Fault[];

/** As long as a virtual machine is away while it is moved, or a disk hangs, milliseconds. */
const PAUSE_MS = [1000, 8000] as const;
/** Longer than any limit that a caller waits for. */
const BLACK_HOLE_MS = 20_000;

/** @param workers - how many there are */
export function makeTrouble(kind: TroubleKind, random: Random, workers: number, afterCalls: number): Trouble {
  const worker = () => random.between(0, workers - 1);
  const ms = (least: number, most: number) => random.between(least, most);
  const link = (): Link =>
    random.of<Link>([`worker-${worker()}-temporal`, `worker-${worker()}-asapp`, 'gateway-temporal']);
  switch (kind) {
    case 'workerKilled':
      return { kind, worker: worker(), afterCalls };
    case 'workerPaused':
      return { kind, worker: worker(), ms: ms(...PAUSE_MS), afterCalls };
    case 'workerStarved':
      return { kind, worker: worker(), ms: ms(5000, 15_000), afterCalls };
    case 'gatewayPaused':
    case 'serverPaused':
      return { kind, ms: ms(...PAUSE_MS), afterCalls };
    case 'serverRestarted':
    case 'serverReplaced':
    case 'versionMadeCurrent':
      return { kind, afterCalls };
    case 'linkSlow': {
      const latencyMs = ms(20, 300);
      const fault = { effect: 'slow', latencyMs, jitterMs: Math.round(latencyMs / 2) } as const;
      return { kind, link: link(), fault, ms: ms(5000, 15_000), afterCalls };
    }
    case 'linkReset':
      return { kind, link: link(), fault: { effect: 'reset' }, ms: ms(500, 2000), afterCalls };
    case 'linkHalfOpen':
      return { kind, link: link(), fault: { effect: 'halfOpen' }, ms: ms(2000, 10_000), afterCalls };
    case 'linkBlackHole':
      return { kind, link: link(), fault: { effect: 'blackHole' }, ms: BLACK_HOLE_MS, afterCalls };
    case 'asappDown':
      return { kind, ms: ms(500, 4000), afterCalls };
    case 'asappFaults': {
      const some = random.some(1, 3, () => ({
        ...random.of<Fault>(faults as never),
        times: random.between(1, 3),
      }));
      return { kind, faults: some, afterCalls };
    }
  }
}

import type { CallIds, Contestant } from '../../bench/contestant';
import type { AsappAccess } from '../../dev/demo/asapp-environment';

/** A contestant's answer, as far as it matters here. */
export interface Answer {
  action: 'DIAL' | 'ROUTE';
  leg?: { transferNumber: string };
  decision?: { outcome: string };
}

/** A process of a peer. */
export interface Part {
  name: string;
  pid: () => number | undefined;
  /** How it is killed and started again; without these, it is not. */
  kill?: () => Promise<void>;
  restart?: () => Promise<void>;
}

/** A contestant with all that it runs on. */
export interface Peer {
  contestant: Contestant;
  versions: Record<string, string>;
  /** What was on disk when it answered. */
  durability: string;
  parts: readonly Part[];
  /** The decision, if there is one, without telling of anything. */
  decision: (ids: CallIds) => Promise<{ outcome: string } | null>;
  stop: () => Promise<void>;
}

/** How a peer is started: in a folder of its own, against this ASAPP. */
export type StartPeer = (asapp: AsappAccess, folder: string) => Promise<Peer>;

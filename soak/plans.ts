/** A plan for each purpose: what is broken while its calls run, and how often. */
import type { PersistenceError, PersistenceFaults } from '../dev/postgres/server-config';

import type { TroubleKind } from './troubles';

export interface Purpose {
  about: string;
  /** How often each trouble is made in a thousand calls; at least once in a run. */
  perThousandCalls: Readonly<Partial<Record<TroubleKind, number>>>;
  /** Temporal's development server, with SQLite in a file; or its production server, on PostgreSQL. */
  server: 'sqlite' | 'postgres';
  /** What fails inside the server's database all the time. */
  persistenceFaults?: PersistenceFaults;
  /** How many calls begin in a second unless the command says otherwise: what 2 cores carry with what is broken. */
  callsPerSecond: number;
  /** A proxy stands between the worker, the gateway, Temporal and ASAPP. */
  network?: true;
  /** How far clocks are ahead of the server's and the phone system's, milliseconds: ASAPP's, and each worker's in turn. */
  clocksMs?: { asapp: number; workers: readonly number[]; gateway: number };
  /**
   * Every other worker is of another version, on the same task queue: without Worker Versioning, or with it. The server is
   * first started in an older version.
   */
  otherVersion?: 'unversioned' | 'versioned';
  /** The most of its legs that may fall back, 0 to 1. Default: no limit. */
  mostFallbacks?: number;
}

/** Of the execution store's writes one in twenty fails, with each of these errors as often as with the others. */
const errors: readonly PersistenceError[] = [
  'Timeout',
  'ExecuteAndTimeout',
  'ResourceExhausted',
  'ShardOwnershipLost',
];
const writes = [
  'CreateWorkflowExecution',
  'UpdateWorkflowExecution',
  'SetWorkflowExecution',
  'AppendHistoryNodes',
  'AddHistoryTasks',
] as const;
const FAILING_WRITES = 0.05;
const failingWrites: PersistenceFaults = {
  ExecutionStore: Object.fromEntries(
    writes.map((method) => [
      method,
      Object.fromEntries(errors.map((error) => [error, FAILING_WRITES / errors.length])),
    ]),
  ),
};

const HALF_A_MINUTE_MS = 30_000;
const differingClocks = {
  asapp: HALF_A_MINUTE_MS,
  workers: [HALF_A_MINUTE_MS, -HALF_A_MINUTE_MS],
  gateway: -HALF_A_MINUTE_MS,
};

const outages = { workerKilled: 5, serverRestarted: 1, asappFaults: 75, asappDown: 8 };
const pauses = { workerPaused: 6, gatewayPaused: 4, serverPaused: 4, workerStarved: 3 };
const network = { linkSlow: 4, linkReset: 4, linkHalfOpen: 3, linkBlackHole: 1.5 };

export const purposes = {
  outages: {
    about: 'Workers are killed, the server restarts, ASAPP fails, is slow and is down: often',
    server: 'sqlite',
    callsPerSecond: 6,
    perThousandCalls: outages,
  },
  rare: {
    about: 'The same, as rarely as a bad day has it: nearly nobody falls back',
    server: 'sqlite',
    callsPerSecond: 6,
    perThousandCalls: { workerKilled: 1, serverRestarted: 0.2, asappFaults: 5, asappDown: 0.2 },
    mostFallbacks: 0.02,
  },
  database: {
    about: "One in twenty writes of the server's execution store fails, or is done and reported as failed",
    server: 'postgres',
    callsPerSecond: 3,
    perThousandCalls: {},
    persistenceFaults: failingWrites,
  },
  pauses: {
    about: 'Workers, the gateway and the server stop for 1 to 8 seconds; workers get a tenth of a processor',
    server: 'sqlite',
    callsPerSecond: 6,
    perThousandCalls: pauses,
  },
  network: {
    about: 'Links are slow, reset, half-open, black holes; clocks differ by 30 seconds either way',
    server: 'sqlite',
    callsPerSecond: 6,
    perThousandCalls: network,
    network: true,
    clocksMs: differingClocks,
  },
  versions: {
    about: 'Workers of two versions on one task queue; the server is restarted into another version',
    server: 'postgres',
    callsPerSecond: 3,
    perThousandCalls: { workerKilled: 2, serverReplaced: 0.4 },
    otherVersion: 'unversioned',
  },
  versioned: {
    about: 'The same with Worker Versioning: the current version changes while calls run',
    server: 'postgres',
    callsPerSecond: 3,
    perThousandCalls: { workerKilled: 2, serverReplaced: 0.4, versionMadeCurrent: 2 },
    otherVersion: 'versioned',
  },
  everything: {
    about: 'All of it',
    server: 'postgres',
    callsPerSecond: 2,
    perThousandCalls: { ...outages, ...pauses, ...network, serverReplaced: 0.4 },
    persistenceFaults: failingWrites,
    network: true,
    clocksMs: differingClocks,
    otherVersion: 'unversioned',
  },
} as const satisfies Record<string, Purpose>;
export type PurposeName = keyof typeof purposes;

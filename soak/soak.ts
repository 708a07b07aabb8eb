/** Plays thousands of calls while what they need is broken, and balances the books. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';

import { asappEnvironment } from '../dev/demo/asapp-environment';
import { WorkerProcess } from '../dev/demo/worker-process';
import { TemporalServer } from '../dev/temporal-server';
import { CallTransferClient, DEFAULT_TASK_QUEUE, forWaitingCallers, searchAttributeKeys } from '../src/index';
import { Sandbox } from '../src/sandbox';

import { playCall } from './call';
import { balance, type Disturbance, type Ledger, type PlayedCall } from './ledger';
import { planOf, type PlannedCall, type SoakOptions, type Trouble } from './plan';
import { replayAll } from './replay';

/** So long after a trouble a call may still fall back for it, milliseconds. */
const RECOVERY_MS = 10_000;
/** How long a call that has ended may take to close, milliseconds. */
const CLOSE_MS = 60_000;

/**
 * Short windows, so that every story comes to its end while the soak runs; and longer than a busy machine takes for what the
 * phone system tells, which else would come after a status check or the end of the conversation.
 */
const NUMBER_TTL_MS = 12_000;
const settings = {
  CALL_TRANSFER_DIAL_MARGIN_MS: '4000',
  CALL_TRANSFER_STATUS_CHECK_INTERVAL_MS: '8000',
  CALL_TRANSFER_RECONNECT_WINDOWS_MS: '{"CUSTOMER_HUNG_UP":10000,"NUMBER_EXPIRED":8000}',
};

export interface SoakResult {
  ledger: Ledger;
  /** How often each kind of trouble was made. */
  troubles: Partial<Record<Trouble['kind'], number>>;
  /** Conversations that Temporal still has open at the end. */
  leftOpen: number;
  /** Histories that were replayed by the code as it is; what failed is in the ledger. */
  replayed: number;
  seconds: number;
}

/** @param tell - told what is broken, and how far it is */
export async function soak(options: SoakOptions, tell: (line: string) => void): Promise<SoakResult> {
  const { calls, troubles } = planOf(options);
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const server = await TemporalServer.start({
    dbFilename: join(folder, 'server.db'),
    searchAttributes: searchAttributeKeys,
  });
  const sandbox = await Sandbox.start({ numberTtlMs: NUMBER_TTL_MS, poolSize: 2000 });
  const connection = await Connection.connect(forWaitingCallers({ address: server.address }));
  const temporal = new Client({ connection });
  const client = new CallTransferClient(temporal, options.client);
  const environment = { ...settings, ...options.environment };
  const scene = new Scene(server, sandbox, connection, { folder, environment }, tell);
  const begun = Date.now();
  let isRight = false;
  try {
    await scene.startWorkers(options.workers);
    const played: PlayedCall[] = [];
    const waiting = [...troubles];
    const playing = calls.map(async (call, index) => {
      await sleep((index * 1000) / options.callsPerSecond);
      played.push(
        await playCall({ client, sandbox }, call).catch((error: unknown) => brokenOff(call, error)),
      );
      while (waiting[0] !== undefined && waiting[0].afterCalls < played.length) {
        scene.make(waiting.shift() as Trouble);
      }
      if (played.length % 500 === 0) tell(`${played.length} calls have ended`);
    });
    await Promise.all(playing);
    await scene.everythingMade();
    sandbox.heal();
    const ledger = balance(played, scene.disturbances, [...sandbox.exchange.transfers.keys()]);
    const leftOpen = await openAfter(temporal, CLOSE_MS);
    tell('Every history is replayed');
    const { histories, failures } = await replayAll(temporal);
    ledger.wrong.push(...failures);
    if (histories < ledger.calls) ledger.wrong.push(`${histories} histories of ${ledger.calls} calls`);
    isRight = ledger.wrong.length === 0 && leftOpen === 0;
    return {
      ledger,
      troubles: scene.made,
      leftOpen,
      replayed: histories,
      seconds: Math.round((Date.now() - begun) / 1000),
    };
  } finally {
    await scene.close();
    await connection.close();
    await sandbox.close();
    await server.kill();
    // Where something is wrong its history is wanted, and the workers' logs.
    if (isRight) await rm(folder, { recursive: true, force: true });
    else tell(`The server's file and the workers' logs are kept: ${folder}`);
  }
}

/** A call whose phone system got an error, which it must never get. */
const brokenOff = ({ conversationId, story }: PlannedCall, error: unknown): PlayedCall => ({
  conversationId,
  story,
  legs: [],
  result: null,
  error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

/** What calls need, and how it is broken. */
class Scene {
  readonly disturbances: Disturbance[] = [];
  readonly made: Partial<Record<Trouble['kind'], number>> = {};
  private readonly workers: WorkerProcess[] = [];
  private started = 0;
  /** One at a time: a worker is not started at a server that is down. */
  private queue: Promise<void> = Promise.resolve();
  private readonly making: Promise<void>[] = [];

  constructor(
    private readonly server: TemporalServer,
    private readonly sandbox: Sandbox,
    private readonly connection: Connection,
    private readonly workersOf: { folder: string; environment: NodeJS.ProcessEnv },
    private readonly tell: (line: string) => void,
  ) {}

  async startWorkers(count: number): Promise<void> {
    for (let index = 0; index < count; index++) this.workers[index] = await this.startWorker();
  }

  /** Begins it; whether it could be made says {@link everythingMade}. */
  make(trouble: Trouble): void {
    const isInTurn = trouble.kind !== 'asappFaults';
    const made = isInTurn ? this.queue.then(() => this.disturb(trouble)) : this.disturb(trouble);
    if (isInTurn) this.queue = made;
    made.catch(() => undefined);
    this.making.push(made);
  }

  async everythingMade(): Promise<void> {
    await Promise.all(this.making);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
  }

  private async disturb(trouble: Trouble): Promise<void> {
    const disturbance = { from: Date.now(), to: Infinity };
    this.disturbances.push(disturbance);
    this.made[trouble.kind] = (this.made[trouble.kind] ?? 0) + 1;
    if (trouble.kind !== 'asappFaults') this.tell(`${trouble.kind} after ${trouble.afterCalls} calls`);
    switch (trouble.kind) {
      case 'workerKilled':
        await this.workers[trouble.worker]?.kill();
        this.workers[trouble.worker] = await this.startWorker();
        break;
      case 'serverRestarted':
        await this.server.kill();
        await this.server.restart();
        break;
      case 'asappFaults':
        this.sandbox.fail(...trouble.faults);
        break;
      case 'asappDown':
        this.sandbox.fail({ times: 'untilHealed', effect: { kind: 'status', status: 503 } });
        await sleep(trouble.ms);
        this.sandbox.heal();
        break;
    }
    disturbance.to = Date.now() + RECOVERY_MS;
  }

  private async startWorker(): Promise<WorkerProcess> {
    const { folder, environment: given } = this.workersOf;
    const environment = {
      ...given,
      TEMPORAL_ADDRESS: this.server.address,
      ...asappEnvironment(this.sandbox.asapp),
    };
    const logFile = join(folder, `worker-${++this.started}.log`);
    const where = { namespace: 'default', taskQueue: DEFAULT_TASK_QUEUE, logFile };
    return await WorkerProcess.start(environment, this.connection, where);
  }
}

async function openAfter(temporal: Client, withinMs: number): Promise<number> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const { count } = await temporal.workflow.count("ExecutionStatus = 'Running'");
    if (count === 0 || Date.now() > giveUpAt) return count;
    await sleep(500);
  }
}

/** Plays thousands of calls while what they need is broken, and balances the books. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { CallTransferClient, forWaitingCallers } from '../src/index';
import { Sandbox } from '../src/sandbox';

import { playCall } from './call';
import { balance, type Ledger, type PlayedCall } from './ledger';
import { Machine } from './machine';
import { planOf, type PlannedCall, type SoakOptions } from './plan';
import { keepHistories, replayAll, type Replayed } from './replay';
import { Scene } from './scene';
import { startServer } from './server';
import type { Trouble, TroubleKind } from './troubles';
import { Watchdog } from './watchdog';

/** How long a call that has ended may take to close, milliseconds. */
const CLOSE_MS = 60_000;
/** A run without an answer for so long does not come to its end, milliseconds. */
const STALLED_MS = 60_000;

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

export interface SoakResult extends Pick<Replayed, 'failedTasks' | 'unheardDecisions'> {
  ledger: Ledger;
  /** How often each kind of trouble was made. */
  troubles: Partial<Record<TroubleKind, number>>;
  /** How often a worker or the gateway ended though nobody had killed it. */
  endedByThemselves: number;
  /** For how long the machine did not keep up, from the start of the processes until the last call ended. */
  overloadedSeconds: number;
  /** Conversations that Temporal still has open at the end. */
  leftOpen: number;
  /** Histories that were replayed by the code as it is; what failed is in the ledger. */
  replayed: number;
  seconds: number;
}

/** @param tell - told what is broken, and how far it is */
export async function soak(options: SoakOptions, tell: (line: string) => void): Promise<SoakResult> {
  const { purpose } = options;
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const server = await startServer(purpose, folder);
  const sandbox = await Sandbox.start({
    numberTtlMs: NUMBER_TTL_MS,
    poolSize: 2000,
    now: () => Date.now() + (purpose.clocksMs?.asapp ?? 0),
  });
  const connection = await Connection.connect(forWaitingCallers({ address: server.address }));
  const temporal = new Client({ connection });
  const environment = { ...settings, ...options.environment };
  const workflowBundle = options.workflowBundle ?? (await bundled(join(folder, 'workflows.js')));
  const sceneOptions = { ...options, folder, environment, workflowBundle };
  const scene = new Scene(server, sandbox, connection, sceneOptions, tell);
  const watchdog = new Watchdog(STALLED_MS);
  const machine = Machine.watch();
  const begun = Date.now();
  const wrong: string[] = [];
  let isRight = false;
  try {
    await scene.start();
    const played = await watchdog.watch(playAll(options, scene, { temporal, sandbox, watchdog, tell }));
    sandbox.heal();
    machine.close();
    const { disturbances } = scene;
    const { overloads } = machine;
    const { mostFallbacks } = purpose;
    const numbersRequested = [...sandbox.exchange.transfers.keys()];
    const ledger = balance(played, numbersRequested, { disturbances, overloads, mostFallbacks });
    const leftOpen = await openAfter(temporal, CLOSE_MS);
    tell('Every history is replayed');
    const { histories, wrong: inHistories, ...books } = await replayAll(temporal, workflowBundle);
    ledger.wrong.push(...inHistories);
    if (histories < ledger.calls - ledger.byTheGateway)
      ledger.wrong.push(`${histories} histories of ${ledger.calls} calls`);
    const { endedByThemselves } = scene;
    if (endedByThemselves > 0) ledger.wrong.push(`${endedByThemselves} processes ended by themselves`);
    // Of what the histories show there is less, and it is kept first.
    wrong.push(...inHistories, ...ledger.wrong);
    isRight = wrong.length === 0 && leftOpen === 0;
    return {
      ledger,
      troubles: scene.made,
      endedByThemselves,
      overloadedSeconds: machine.overloads.length,
      leftOpen,
      replayed: histories,
      ...books,
      seconds: Math.round((Date.now() - begun) / 1000),
    };
  } finally {
    // If something is wrong its histories are wanted, and the workers' logs.
    if (!isRight) {
      await keepHistories(temporal, folder, wrong).catch((error: unknown) => {
        tell(String(error));
      });
      tell(`Histories of what is wrong or open, and the processes' logs, are kept: ${folder}`);
    }
    machine.close();
    await scene.close();
    await connection.close();
    await sandbox.close();
    await server.close();
    if (isRight) await rm(folder, { recursive: true, force: true });
  }
}

interface Playing {
  temporal: Client;
  sandbox: Sandbox;
  watchdog: Watchdog;
  tell: (line: string) => void;
}

/** Plays the plan's calls, each at its time, and makes its troubles. */
async function playAll(
  options: SoakOptions,
  scene: Scene,
  { temporal, sandbox, watchdog, tell }: Playing,
): Promise<PlayedCall[]> {
  const { calls, troubles } = planOf(options);
  const client = new CallTransferClient(temporal, options.client);
  const phones = { client, gateway: scene.phone };
  const played: PlayedCall[] = [];
  const playing = calls.map(async (call, index) => {
    await sleep((index * 1000) / options.callsPerSecond);
    const setup = { phone: phones[call.by], client, sandbox, progress: watchdog.progress };
    played.push(await playCall(setup, call).catch((error: unknown) => brokenOff(call, error)));
    while (troubles[0] !== undefined && troubles[0].afterCalls < played.length) {
      scene.make(troubles.shift() as Trouble);
    }
    if (played.length % 500 === 0) tell(`${played.length} calls have ended`);
  });
  await Promise.all(playing);
  await scene.everythingMade();
  return played;
}

/** Bundles once what each worker of this version would bundle at its start. */
async function bundled(file: string): Promise<string> {
  const program = join(__dirname, '..', 'lib', 'bin', 'bundle.js');
  await promisify(execFile)(process.execPath, [program, file]);
  return file;
}

/** A call whose phone system got an error, which it must never get. */
const brokenOff = ({ conversationId, story }: PlannedCall, error: unknown): PlayedCall => ({
  conversationId,
  story,
  legs: [],
  result: null,
  error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

async function openAfter(temporal: Client, withinMs: number): Promise<number> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const { count } = await temporal.workflow.count("ExecutionStatus = 'Running'");
    if (count === 0 || Date.now() > giveUpAt) return count;
    await sleep(500);
  }
}

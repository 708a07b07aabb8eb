/**
 * `npm run bench`: what this package adds to a call, against the floor, on the same server, in the same run. Prints tables
 * and writes `bench.json` and `bench.svg`.
 *
 * Single figures say nothing about another machine: look at the ratios. `npm run bench -- --quick` takes a minute and says
 * less; `--kinds leg --parallel 1,20 --open 100,1000,10000` says which calls, how many at a time, and how many to hold open.
 * Calls one at a time run back to back, and in a quiet minute, where each begins after a second in which nothing happens.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { asappEnvironment } from '../dev/demo/asapp-environment';
import { WorkerProcess } from '../dev/demo/worker-process';
import { TemporalServer } from '../dev/temporal-server';
import { Sandbox } from '../lib/sandbox';

import type { Contestant } from './contestant';
import { costOf, type Cost } from './cost';
import { plotOf } from './plot';
import { besideBase, figuresOf, ratiosOf, type Figures, type Line } from './statistics';
import { typedContestant, workflowContestant } from './temporal-contestants';
import { compete, kinds, noSamples, openCall, playCall, type Batch, type Kind } from './workload';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    kinds: { type: 'string', default: kinds.join(',') },
    parallel: { type: 'string', default: '1,20,200' },
    open: { type: 'string', default: '100,1000' },
    asapp: { type: 'string', default: '0,150,300,600' },
    out: { type: 'string', default: join(__dirname, 'results') },
  },
});

/** How long ASAPP takes for an answer, milliseconds: what is added to a live call is seen beside that. */
const asappDelays = values.asapp.split(',').map(Number);
/** How many calls at a time, and how many in each turn. */
const allLoads = [
  { parallel: 1, calls: values.quick ? 10 : 25, rounds: values.quick ? 2 : 20, pauseMs: 0 },
  { parallel: 20, calls: values.quick ? 40 : 100, rounds: values.quick ? 1 : 5, pauseMs: 0 },
  { parallel: 200, calls: values.quick ? 200 : 600, rounds: values.quick ? 1 : 2, pauseMs: 0 },
];
const quiet = { parallel: 1, calls: 1, rounds: values.quick ? 3 : 20, pauseMs: 1000 };
const loads = allLoads.filter(({ parallel }) => values.parallel.split(',').includes(String(parallel)));
const lighter = (by: number) =>
  loads
    .filter(({ parallel }) => parallel <= 20)
    .map((load) => ({ ...load, rounds: Math.ceil(load.rounds / by) }));
/** For other calls than those of one leg, and beside an ASAPP that takes its time. */
const [lighterLoads, slowLoads] = [lighter(2), lighter(4)];
const openCounts = values.quick || values.open === '' ? [] : values.open.split(',').map(Number);
/** How long a call goes on whose cost is read: long enough for each event to come by itself, milliseconds. */
const TALK_MS = 200;
/** Calls that are measured, one at a time, while others are open. */
const CALLS_BESIDE_OPEN = 100;
/** How many calls are opened at a time. */
const OPENING = 20;

const OURS = 'this package';
const PLAIN = 'this package, plain client';
const FLOOR = 'floor';
const LOCAL = 'floor, local activities';

interface Results {
  cpus: string;
  node: string;
  lines: Line[];
  costs: { kind: Kind; contestant: string; cost: Cost }[];
  memory: { open: number; contestant: string; kibPerCall: number | null }[];
}

async function main(): Promise<void> {
  const results: Results = {
    cpus: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    lines: [],
    costs: [],
    memory: [],
  };
  await withContestants(async ({ client, sandbox, contestants, refused }) => {
    for (const kind of kinds.filter((each) => values.kinds.split(',').includes(each))) {
      const those = kind === 'fallback' ? refused : contestants;
      for (const asappMs of asappDelays) {
        sandbox.fail({ times: 'untilHealed', effect: { kind: 'latency', ms: asappMs } });
        const back = asappMs > 0 ? slowLoads : kind === 'leg' ? loads : lighterLoads;
        const alone = kind === 'leg' && loads.some(({ parallel }) => parallel === 1) ? [quiet] : [];
        for (const load of [...back, ...alone]) {
          results.lines.push(...(await measured(those, sandbox, kind, { ...load, asappMs })));
        }
        sandbox.heal();
      }
      for (const contestant of those) {
        const cost = await costOf(
          client,
          sandbox,
          await playCall(contestant, sandbox, kind, noSamples(), TALK_MS),
        );
        results.costs.push({ kind, contestant: contestant.name, cost });
      }
    }
    await measureOpen(contestants, sandbox, results);
  });
  printCosts(results);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'bench.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(values.out, 'bench.svg'), await plotOf(results.lines));
  console.log(`Written to ${values.out}`);
}

async function measured(
  contestants: readonly Contestant[],
  sandbox: Sandbox,
  kind: Kind,
  load: Batch & { rounds: number; asappMs: number },
  open = 0,
): Promise<Line[]> {
  const samples = await compete(contestants, sandbox, kind, load);
  const figures = new Map([...samples].map(([name, each]) => [name, figuresOf(each)]));
  const base = figures.get(FLOOR) as Figures;
  const openToo = open === 0 ? '' : `, ${open} more open`;
  const quietToo = load.pauseMs === 0 ? '' : `, in a quiet minute`;
  console.log(
    `\n${kind}, ASAPP at ${load.asappMs} ms, ${load.parallel} at a time${quietToo}${openToo}; milliseconds, and × the floor's`,
  );
  console.table(Object.fromEntries([...figures].map(([name, each]) => [name, besideBase(each, base)])));
  return [...figures].map(([contestant, each]) => ({
    kind,
    asappMs: load.asappMs,
    parallel: load.parallel,
    pauseMs: load.pauseMs,
    open,
    contestant,
    figures: each,
    ratios: ratiosOf(each, base),
  }));
}

/** Holds more and more calls open, and measures what one more costs beside them. */
async function measureOpen(
  contestants: readonly Contestant[],
  sandbox: Sandbox,
  results: Results,
): Promise<void> {
  const two = contestants.filter(({ name }) => name === OURS || name === FLOOR);
  const before = await Promise.all(two.map(({ pid }) => residentKib(pid)));
  let open = 0;
  for (const count of openCounts) {
    for (const contestant of two) await openCalls(contestant, sandbox, count - open);
    open = count;
    const load = { parallel: 1, calls: CALLS_BESIDE_OPEN / 4, rounds: 4, pauseMs: 0, asappMs: 0 };
    results.lines.push(...(await measured(two, sandbox, 'leg', load, open)));
    for (const [index, { name, pid }] of two.entries()) {
      const [now, then] = [await residentKib(pid), before[index] ?? null];
      const kibPerCall = now === null || then === null ? null : Math.round((10 * (now - then)) / open) / 10;
      results.memory.push({ open, contestant: name, kibPerCall });
    }
    console.table(results.memory.filter((each) => each.open === open));
  }
}

async function openCalls(contestant: Contestant, sandbox: Sandbox, count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: Math.min(OPENING, count) }, async () => {
      while (left-- > 0) await openCall(contestant, sandbox);
    }),
  );
}

/** A process's resident memory, where the system tells. */
async function residentKib(pid: number | undefined): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  } catch {
    return null;
  }
}

function printCosts({ costs }: Results): void {
  console.log('\nWhat a call costs');
  console.table(costs.map(({ kind, contestant, cost }) => ({ kind, contestant, ...cost })));
}

interface Arena {
  client: Client;
  sandbox: Sandbox;
  contestants: Contestant[];
  /** The same with credentials that ASAPP refuses. */
  refused: Contestant[];
}

async function withContestants(body: (arena: Arena) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await TemporalServer.start();
  const sandbox = await Sandbox.start({ poolSize: 70_000 });
  const connection = await Connection.connect({ address: server.address });
  const workers: WorkerProcess[] = [];
  try {
    const start = async (taskQueue: string, secret: string, command?: string[]) => {
      const environment = {
        TEMPORAL_ADDRESS: server.address,
        ...asappEnvironment({ ...sandbox.asapp, apiSecret: secret }),
        CALL_TRANSFER_TASK_QUEUE: taskQueue,
        FLOOR_TASK_QUEUE: taskQueue,
        CALL_TRANSFER_LOG_LEVEL: 'ERROR',
        // Calls are held open longer than that.
        CALL_TRANSFER_STATUS_CHECK_INTERVAL_MS: '3500000',
      };
      const logFile = join(folder, `${taskQueue}.log`);
      const where = {
        namespace: 'default',
        taskQueue,
        logFile,
        ...(command === undefined ? {} : { command }),
      };
      workers.push(await WorkerProcess.start(environment, connection, where));
      return workers.at(-1)?.pid;
    };
    const client = new Client({ connection });
    const floorCommand = ['--import', 'tsx', join(__dirname, 'floor-worker.ts')];
    const both = async (suffix: string, secret: string): Promise<Contestant[]> => {
      const [ours, floor] = [`call-transfer${suffix}`, `floor${suffix}`];
      const pid = await start(ours, secret);
      const floorPid = await start(floor, secret, floorCommand);
      return [
        typedContestant(client, { name: OURS, taskQueue: ours, pid }),
        workflowContestant(client, {
          name: PLAIN,
          workflowType: 'callTransferWorkflow',
          taskQueue: ours,
          pid,
        }),
        workflowContestant(client, {
          name: LOCAL,
          workflowType: 'floorLocal',
          taskQueue: floor,
          pid: floorPid,
        }),
        workflowContestant(client, {
          name: FLOOR,
          workflowType: 'floorRegular',
          taskQueue: floor,
          pid: floorPid,
        }),
      ];
    };
    await body({
      client,
      sandbox,
      contestants: await both('', sandbox.asapp.apiSecret),
      refused: await both('-refused', 'another-secret'),
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
    await connection.close();
    await sandbox.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

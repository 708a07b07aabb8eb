/**
 * `npm start`: the same call transfer in Restate, in DBOS, without any engine and in this package, against one sandbox in
 * one run. Prints tables and writes `results/peers.json`.
 *
 * `--quick` says less in less time, `--only job,speed` leaves out the rest. `--calls 200` says how many calls of each are
 * measured, `--open 500` how many are held open for the memory, `--killed 20` how many are in each state when a process is
 * killed.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { besideBase, figuresOf, type Figures } from '../bench/statistics';
import { compete, type Kind } from '../bench/workload';
import { Sandbox } from '../lib/sandbox';

import { startDbos } from './dbos/peer';
import { measureKill, type KillLine, type Tally } from './measure/kills';
import { measureMemory, type MemoryLine } from './measure/memory';
import type { Peer, StartPeer } from './measure/peer';
import { checkJob, JOB_TTL_MS, type JobLine } from './measure/same-job';
import { startNoEngine } from './no-engine/peer';
import { startRestate } from './restate/peer';
import { startThisPackage } from './this-package/peer';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    calls: { type: 'string' },
    open: { type: 'string' },
    killed: { type: 'string' },
    only: { type: 'string', default: 'job,speed,memory,kills' },
    out: { type: 'string', default: join(__dirname, 'results') },
  },
});
const calls = Number(values.calls ?? (values.quick ? 40 : 200));
const open = Number(values.open ?? (values.quick ? 100 : 500));
const killed = Number(values.killed ?? (values.quick ? 10 : 20));
const parts = values.only.split(',');
const rounds = values.quick ? 2 : 4;

/** How long numbers live where processes are killed, milliseconds. */
const SHORT_TTL_MS = 15_000;

const NO_ENGINE = 'no engine';
const noEngine = startNoEngine(NO_ENGINE, false);
const restate = startRestate('Restate');
const dbos = startDbos('DBOS');
const inMemory = startThisPackage('this package, in memory', 'memory');
const onFile = startThisPackage('this package, SQLite', 'file');

const contestants = [noEngine, restate, dbos, inMemory, onFile];
/** Those whose code is another's. */
const implementations = [noEngine, restate, dbos, inMemory];
/** Who is killed, and which process of theirs. */
const killings: [start: StartPeer, part: string][] = [
  [noEngine, 'program'],
  [startNoEngine('no engine, asks ASAPP', true), 'program'],
  [restate, 'service'],
  [restate, 'server'],
  [dbos, 'app'],
  [inMemory, 'worker'],
  [onFile, 'worker'],
  [onFile, 'server'],
];

interface SpeedLine {
  kind: Kind;
  /** How long ASAPP takes for an answer, milliseconds. */
  asappMs: number;
  parallel: number;
  contestant: string;
  calls: number;
  figures: Figures;
}

interface Results {
  cpus: string;
  node: string;
  contestants: { name: string; durability: string; versions: Record<string, string> }[];
  job: JobLine[];
  speed: SpeedLine[];
  memory: MemoryLine[];
  kills: KillLine[];
}

async function main(): Promise<void> {
  const results: Results = {
    cpus: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    contestants: [],
    job: [],
    speed: [],
    memory: [],
    kills: [],
  };
  const folder = await mkdtemp(join(tmpdir(), 'peers-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  if (parts.includes('job')) await checkJobs(folder, results);
  if (parts.includes('speed') || parts.includes('memory')) await measureOpenAndSpeed(folder, results);
  if (parts.includes('kills')) await measureKills(folder, results);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'peers.json'), `${JSON.stringify(results, null, 2)}\n`);
  console.log(`Written to ${values.out}`);
}

/** Who must be stopped before this process ends. */
const running = new Set<Peer>();

async function started(start: StartPeer, sandbox: Sandbox, folder: string): Promise<Peer> {
  const peer = await start(sandbox.asapp, await mkdtemp(join(folder, 'peer-')));
  running.add(peer);
  return peer;
}

async function stop(peer: Peer): Promise<void> {
  running.delete(peer);
  await peer.stop();
}

/** Before anything is compared: whether it can be. */
async function checkJobs(folder: string, results: Results): Promise<void> {
  for (const start of implementations) {
    await withPeer(start, folder, JOB_TTL_MS, async (peer, sandbox) => {
      results.job.push(...(await checkJob(peer, sandbox)));
    });
  }
  const rows: Record<string, Record<string, string>> = {};
  for (const { rule, expected, contestant, outcome, seconds } of results.job) {
    const row = (rows[rule] ??= { expected });
    row[contestant] = `${outcome === expected ? 'as expected' : outcome}, ${seconds.toFixed(1)} s`;
  }
  console.log('\nThe same job');
  console.table(rows);
}

/** Each in a world of its own: what one loses is not another's. */
async function withPeer(
  start: StartPeer,
  folder: string,
  numberTtlMs: number,
  body: (peer: Peer, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const sandbox = await Sandbox.start({ poolSize: 10_000, numberTtlMs });
  try {
    const peer = await started(start, sandbox, folder);
    try {
      await body(peer, sandbox);
    } finally {
      await stop(peer);
    }
  } finally {
    await sandbox.close();
  }
}

async function measureOpenAndSpeed(folder: string, results: Results): Promise<void> {
  const sandbox = await Sandbox.start({ poolSize: 70_000 });
  const peers: Peer[] = [];
  try {
    for (const start of contestants) peers.push(await started(start, sandbox, folder));
    for (const { contestant, durability, versions } of peers) {
      results.contestants.push({ name: contestant.name, durability, versions });
      console.log(`${contestant.name}: ${durability}; ${JSON.stringify(versions)}`);
    }
    if (parts.includes('speed')) await measureSpeed(peers, sandbox, results);
    if (parts.includes('memory')) {
      for (const peer of peers) results.memory.push(...(await measureMemory(peer, sandbox, open)));
      console.log(`\nMemory, ${open} calls open`);
      console.table(results.memory);
    }
  } finally {
    await Promise.allSettled(peers.map(stop));
    await sandbox.close();
  }
}

async function measureSpeed(peers: readonly Peer[], sandbox: Sandbox, results: Results): Promise<void> {
  const loads: { kind: Kind; parallel: number; asappMs: number }[] = [
    { kind: 'leg', parallel: 1, asappMs: 0 },
    { kind: 'leg', parallel: 1, asappMs: 300 },
    { kind: 'leg', parallel: 20, asappMs: 0 },
    { kind: 'leg', parallel: 20, asappMs: 300 },
    { kind: 'reconnection', parallel: 1, asappMs: 0 },
  ];
  for (const { kind, parallel, asappMs } of loads) {
    sandbox.fail({ times: 'untilHealed', effect: { kind: 'latency', ms: asappMs } });
    // Enough in each turn for all that are under way at a time.
    const batch = Math.max(Math.ceil(calls / rounds), 2 * parallel);
    const measured = batch * rounds;
    const samples = await compete(
      peers.map(({ contestant }) => contestant),
      sandbox,
      kind,
      { rounds, calls: batch, parallel, pauseMs: 0 },
    );
    const figures = new Map([...samples].map(([name, each]) => [name, figuresOf(each)]));
    const base = figures.get(NO_ENGINE) as Figures;
    console.log(
      `\n${kind}, ASAPP at ${asappMs} ms, ${parallel} at a time, ${measured} calls of each; milliseconds, and × no engine's`,
    );
    console.table(Object.fromEntries([...figures].map(([name, each]) => [name, besideBase(each, base)])));
    for (const [contestant, each] of figures) {
      results.speed.push({ kind, asappMs, parallel, contestant, calls: measured, figures: each });
    }
    sandbox.heal();
  }
}

async function measureKills(folder: string, results: Results): Promise<void> {
  for (const [start, partName] of killings) {
    await withPeer(start, folder, SHORT_TTL_MS, async (peer, sandbox) => {
      const part = peer.parts.find(({ name }) => name === partName);
      if (part === undefined) throw new Error(`${peer.contestant.name} has no ${partName}`);
      results.kills.push(await measureKill(peer, part, sandbox, killed));
    });
  }
  console.log(`\nKilled and started again, ${killed} calls in each state; right / fallback / lost`);
  console.table(results.kills.map(forPeople));
}

const shown = ({ right, fallback, lost }: Tally): string => `${right} / ${fallback} / ${lost}`;

const forPeople = (line: KillLine) => ({
  ...line,
  requesting: shown(line.requesting),
  dialing: shown(line.dialing),
  connected: shown(line.connected),
  expiring: shown(line.expiring),
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.allSettled([...running].map(stop)).then(() => process.exit(1));
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

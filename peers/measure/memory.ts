/** What calls cost while they are open: memory of each of a peer's processes. */
import { readdir, readFile } from 'node:fs/promises';

import { openCall } from '../../bench/workload';
import type { Sandbox } from '../../lib/sandbox';

import type { Peer } from './peer';

/** How many calls are opened at a time. */
const OPENING = 20;

export interface MemoryLine {
  contestant: string;
  part: string;
  open: number;
  /** Before any call was open, MiB. */
  idleMib: number | null;
  kibPerCall: number | null;
}

/** Opens calls and compares. The calls stay open. */
export async function measureMemory(peer: Peer, sandbox: Sandbox, open: number): Promise<MemoryLine[]> {
  const sizes = () => Promise.all(peer.parts.map(({ pid }) => kibOf(pid())));
  const before = await sizes();
  let left = open;
  await Promise.all(
    Array.from({ length: Math.min(OPENING, open) }, async () => {
      while (left-- > 0) await openCall(peer.contestant, sandbox);
    }),
  );
  const after = await sizes();
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return peer.parts.map(({ name }, index) => {
    const [then, now] = [before[index] ?? null, after[index] ?? null];
    return {
      contestant: peer.contestant.name,
      part: name,
      open,
      idleMib: then === null ? null : rounded(then / 1024),
      kibPerCall: then === null || now === null ? null : rounded((now - then) / open),
    };
  });
}

/** A process's memory and its children's; what several share counts once in all. `null` where the system does not tell. */
async function kibOf(pid: number | undefined): Promise<number | null> {
  if (pid === undefined) return null;
  try {
    const rollup = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
    const own = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]);
    const others = await Promise.all((await childrenOf(pid)).map(kibOf));
    return others.reduce<number>((sum, each) => sum + (each ?? 0), own);
  } catch {
    return null;
  }
}

/** The processes that a process started, where the system tells. */
export async function childrenOf(pid: number): Promise<number[]> {
  try {
    const tasks = await readdir(`/proc/${String(pid)}/task`);
    const lists = await Promise.all(
      tasks.map((task) => readFile(`/proc/${String(pid)}/task/${task}/children`, 'utf8').catch(() => '')),
    );
    return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

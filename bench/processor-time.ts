import { readFile } from 'node:fs/promises';

/** How long a tick of `/proc` is on Linux, milliseconds (`USER_HZ` is 100). */
const TICK_MS = 10;

/** Processor time that a process has used since its start, milliseconds; `NaN` if the system does not tell. */
export async function processorMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  // The name in brackets may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

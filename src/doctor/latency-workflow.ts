import { sleep } from '@temporalio/workflow';

/** Sets timers side by side and ends: its history tells how late tasks and timers came. */
export async function callTransferDoctor(timersMs: readonly number[]): Promise<void> {
  await Promise.all(timersMs.map((ms) => sleep(ms)));
}

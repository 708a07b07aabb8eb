/** Runs that have failed once: they are run again before any other of their plan. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { purposes, type PurposeName } from './plans';

const file = join(__dirname, 'failed-seeds.json');

const failedSeedSchema = z.strictObject({
  plan: z.enum(Object.keys(purposes) as [PurposeName, ...PurposeName[]]),
  seed: z.int(),
  calls: z.int(),
  callsPerSecond: z.number(),
  workers: z.int(),
  /** What was wrong, and later what it was. */
  found: z.string(),
});
export type FailedSeed = z.infer<typeof failedSeedSchema>;

const read = async (): Promise<FailedSeed[]> =>
  z.array(failedSeedSchema).parse(JSON.parse(await readFile(file, 'utf8')));

export const failedSeedsOf = async (plan: PurposeName): Promise<FailedSeed[]> =>
  (await read()).filter((failed) => failed.plan === plan);

export async function keepFailedSeed(failed: FailedSeed): Promise<void> {
  const others = (await read()).filter(({ plan, seed }) => plan !== failed.plan || seed !== failed.seed);
  await writeFile(file, `${JSON.stringify([...others, failed], null, 2)}\n`);
}

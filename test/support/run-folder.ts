/** The folder of one jest run, in which what is costly to make is made once, by whichever test file asks first. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Tells the test files' processes where the folder is. */
const VARIABLE = 'CALL_TRANSFER_TEST_RUN';

export const projectRoot = join(__dirname, '..', '..');

/** Makes the folder, for the whole run. */
export async function createRunFolder(): Promise<void> {
  const parent = join(projectRoot, '.cache', 'test-runs');
  await mkdir(parent, { recursive: true });
  process.env[VARIABLE] = await mkdtemp(join(parent, 'run-'));
}

/** Removes it. */
export async function removeRunFolder(): Promise<void> {
  const folder = process.env[VARIABLE];
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

/** The run's folder. */
function runFolder(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error('There is no run folder: run the tests through jest');
  return folder;
}

/**
 * The path of a file in the run's folder, made by the first process that asks; the others wait for it, and get
 * the same error where the making fails.
 */
export async function oncePerRun(name: string, make: () => Promise<string>): Promise<string> {
  const path = join(runFolder(), name);
  const failure = `${path}.failed`;
  try {
    await mkdir(`${path}.making`);
  } catch {
    return waitFor(path, failure);
  }
  try {
    await writeFile(`${path}.part`, await make());
    await rename(`${path}.part`, path);
    return path;
  } catch (error) {
    await writeFile(failure, error instanceof Error ? (error.stack ?? error.message) : String(error));
    throw error;
  }
}

async function waitFor(path: string, failure: string): Promise<string> {
  for (;;) {
    if (await read(path)) return path;
    const why = await read(failure);
    if (why) throw new Error(why);
    await sleep(100);
  }
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

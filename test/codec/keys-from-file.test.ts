import { randomBytes } from 'node:crypto';
import fsPromises, { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { keysFromFile } from '../../src/codec/keys-from-file';

const line = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

/** Runs the body with a file of keys, and a way to replace it as a mounted secret is replaced. */
async function withKeyFile<T>(
  text: string,
  body: (path: string, replace: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const path = join(folder, 'keys');
  const replace = async (more: string) => {
    await writeFile(`${path}.new`, more);
    await rename(`${path}.new`, path);
  };
  try {
    await replace(text);
    return await body(path, replace);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Keys are looked at in the background: whoever asks gets those that are there. */
async function settled(keys: { current: () => Promise<unknown> }): Promise<void> {
  for (let look = 0; look < 5; look++) {
    await keys.current();
    await sleep(20);
  }
}

test('a changed file is read again', async () => {
  const [first, second] = [line('k1'), line('k2')];
  await withKeyFile(first, async (path, replace) => {
    const keys = keysFromFile(path, { checkIntervalMs: 0 });
    expect((await keys.current()).id).toBe('k1');
    await replace(`${second}\n${first}\n`);
    await settled(keys);
    expect((await keys.current()).id).toBe('k2');
    expect((await keys.find('k1'))?.id).toBe('k1');
  });
});

test('a changed file that cannot be read is told of, and the keys stay', async () => {
  await withKeyFile(line('k1'), async (path, replace) => {
    const problems: Error[] = [];
    const keys = keysFromFile(path, { checkIntervalMs: 0, onProblem: (problem) => problems.push(problem) });
    await replace('nothing of use');
    await settled(keys);
    expect((await keys.current()).id).toBe('k1');
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.map(({ message }) => message).join()).not.toContain('nothing of use');
  });
});

test('a file that is not there at first is an error', () => {
  expect(() => keysFromFile('/nowhere/keys')).toThrow('/nowhere/keys');
});

test('a file that could not be read once is read again, though it has not changed', async () => {
  await withKeyFile(line('k1'), async (path, replace) => {
    const problems: Error[] = [];
    const keys = keysFromFile(path, { checkIntervalMs: 0, onProblem: (problem) => problems.push(problem) });
    await chmod(path, 0o600);
    await replace(line('k2'));
    const reading = jest.spyOn(fsPromises, 'readFile').mockRejectedValueOnce(new Error('EMFILE'));
    await settled(keys);
    reading.mockRestore();
    expect((await keys.current()).id).toBe('k2');
    expect(problems.map(({ message }) => message)).toContain(`The keys in ${path} stay as they were: EMFILE`);
  });
});

test('a file that everybody can read is told of', async () => {
  await withKeyFile(line('k1'), async (path) => {
    const problemsWith = async (mode: number) => {
      const problems: string[] = [];
      await chmod(path, mode);
      keysFromFile(path, { onProblem: ({ message }) => problems.push(message) });
      return problems;
    };
    expect(await problemsWith(0o640)).toEqual([]);
    expect(await problemsWith(0o644)).toEqual([expect.stringContaining('can be read by every user')]);
  });
});

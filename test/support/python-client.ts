import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { projectRoot } from './run-folder';

const GENERATOR = 'openapi-python-client==0.29.1';
const folder = join(projectRoot, '.cache', GENERATOR);
const description = join(projectRoot, 'schemas', 'openapi.json');

const run = promisify(execFile);

/** A client in Python from the published description, in a folder of its own with Python's packages. Needs Python 3.10 and, once, PyPI. */
export async function generatePythonClient(): Promise<void> {
  const generator = join(folder, 'bin', 'openapi-python-client');
  if (!existsSync(generator)) {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', GENERATOR]);
  }
  const output = ['--meta', 'none', '--overwrite', '--output-path', join(folder, 'gateway_client')];
  // It calls a formatter, which is beside it, and warns of whatever it leaves out.
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  await run(generator, ['generate', '--path', description, '--fail-on-warning', ...output], { env });
}

/** Runs a program that uses the client. After each line that it says, `hear` is waited for before it goes on. */
export async function runWithPythonClient(
  program: string,
  args: readonly string[],
  hear: (line: string) => void,
): Promise<void> {
  const child = spawn(join(folder, 'bin', 'python3'), [program, ...args], {
    env: { ...process.env, PYTHONPATH: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const closed = once(child, 'close');
  for await (const line of createInterface(child.stdout)) {
    hear(line);
    child.stdin.write('\n');
  }
  const [status] = (await closed) as [number | null];
  if (status !== 0) throw new Error(errors);
}

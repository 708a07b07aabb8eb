import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EnvironmentError } from '../../src/environment/read-environment';
import { readWorkerEnvironment } from '../../src/worker-process/environment';

/** What a worker cannot start without. */
export const required = {
  ASAPP_API_URL: 'https://api.sandbox.asapp.com',
  ASAPP_API_ID: 'id',
  ASAPP_API_SECRET: 'secret',
};

/** The lines of the message about an environment that the worker cannot start with. */
export function mistakesIn(environment: NodeJS.ProcessEnv): string[] {
  try {
    readWorkerEnvironment(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const [first, ...lines] = error.message.split('\n');
    expect(first).toBe('Cannot start:');
    return lines.map((line) => line.trim());
  }
  throw new Error('The environment was accepted');
}

/** Runs the body with a file of this text. */
export function withFile<T>(text: string, body: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'file-'));
  const file = join(folder, 'file.json');
  writeFileSync(file, text);
  const remove = () => {
    rmSync(folder, { recursive: true });
  };
  const result = body(file);
  if (result instanceof Promise) return result.finally(remove) as T;
  remove();
  return result;
}

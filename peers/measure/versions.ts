import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is installed of a package, here or in the folder above. */
export async function versionOf(name: string): Promise<string> {
  for (const folder of [join(__dirname, '..'), join(__dirname, '..', '..')]) {
    const file = join(folder, 'node_modules', name, 'package.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error(`${name} is not installed: npm ci`);
}

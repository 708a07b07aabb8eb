import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The one file with this name under the folder, at whatever depth an archive put it. */
export async function findFile(folder: string, name: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const entry = entries.find((candidate) => candidate.isFile() && candidate.name === name);
  if (!entry) throw new Error(`the archive holds no file named ${name}`);
  return join(entry.parentPath, entry.name);
}

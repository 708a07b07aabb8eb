import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A module of this package, by its path from `src`: compiled or, while developing this package, as source. */
export function modulePath(name: string): string {
  const path = join(__dirname, '..', name);
  return [`${path}.js`, `${path}.ts`].find((file) => existsSync(file)) ?? path;
}

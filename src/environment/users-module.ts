import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a module of the user's is: a package, or a path from here. */
export const resolveUsersModule = (name: string): string =>
  createRequire(join(process.cwd(), 'package.json')).resolve(name);

/** Loads a module from its file; what it exports is for the caller to check. */
export const loadFile = async (path: string): Promise<unknown> => await import(pathToFileURL(path).href);

import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const BUILD_TIMEOUT_MS = 30 * 60 * 1000;

/** A Go module at a version, whose sum is pinned. */
export interface GoModule {
  path: string;
  version: string;
  /** As `go mod download -json` prints it. */
  sum: string;
}

/**
 * A program that its makers offer as a Go module: the one of the cache, built first if it is missing, with the Go that is
 * installed. That takes minutes, once.
 *
 * @param name - of its folder in the cache
 * @param command - the folder of its `main` package in the module
 * @returns the program's path
 * @throws Error that says what to install, if it cannot be built
 */
export async function goProgram(name: string, module: GoModule, command: string): Promise<string> {
  const folder = join(__dirname, '..', '.cache', name, module.version);
  const path = join(folder, basename(command));
  try {
    await access(path);
    return path;
  } catch {
    // Then it is built.
  }
  console.log(`Building ${module.path}/${command} ${module.version}`);
  const environment = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  const go = (...args: string[]) => run('go', args, { env: environment, timeout: BUILD_TIMEOUT_MS });
  try {
    const { stdout } = await go('mod', 'download', '-json', `${module.path}@${module.version}`);
    const { Sum: sum } = JSON.parse(stdout) as { Sum?: string };
    if (sum !== module.sum) throw new Error(`The module's sum is ${String(sum)}, and not ${module.sum}`);
    await go('install', `${module.path}/${command}@${module.version}`);
    return path;
  } catch (error) {
    throw new Error(
      `${name} could not be built. Install Go (https://go.dev): ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

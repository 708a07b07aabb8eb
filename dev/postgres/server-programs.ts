/**
 * The programs of a Temporal server for production: `temporal-server`, and the tool that makes its schema.
 *
 * Temporal offers them as images and as Go modules. They are built from the module, whose sum is pinned, with the Go that
 * is installed; that takes minutes, once.
 */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The server inside the pinned `temporal` command is of the same minor version. */
const MODULE = {
  path: 'go.temporal.io/server',
  version: 'v1.32.1',
  sum: 'h1:grI5B5cBEMRJnDzGKtsxQRQpsNPisej1B6WgVksc9EM=',
};

const BUILD_TIMEOUT_MS = 30 * 60 * 1000;
const folder = join(__dirname, '..', '..', '.cache', 'temporal-server', MODULE.version);

/** Where they are. */
export interface ServerPrograms {
  server: string;
  /** Makes the schema in a database. */
  sqlTool: string;
}

/**
 * Finds the programs: those that `TEMPORAL_SERVER_PATH` and `TEMPORAL_SQL_TOOL_PATH` name, or those of the cache, which
 * are built where they are missing.
 *
 * @throws Error that says what to install, where they cannot be built
 */
export async function findServerPrograms(): Promise<ServerPrograms> {
  const { TEMPORAL_SERVER_PATH, TEMPORAL_SQL_TOOL_PATH } = process.env;
  return {
    server: TEMPORAL_SERVER_PATH ?? (await built('server', 'cmd/server')),
    sqlTool: TEMPORAL_SQL_TOOL_PATH ?? (await built('sql', 'cmd/tools/sql')),
  };
}

async function built(name: string, command: string): Promise<string> {
  const path = join(folder, name);
  try {
    await access(path);
    return path;
  } catch {
    // Then it is built.
  }
  console.log(`Building ${MODULE.path}/${command} ${MODULE.version}`);
  const environment = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  const go = (...args: string[]) => run('go', args, { env: environment, timeout: BUILD_TIMEOUT_MS });
  try {
    const { stdout } = await go('mod', 'download', '-json', `${MODULE.path}@${MODULE.version}`);
    const { Sum: sum } = JSON.parse(stdout) as { Sum?: string };
    if (sum !== MODULE.sum) throw new Error(`The module's sum is ${String(sum)}, and not ${MODULE.sum}`);
    await go('install', `${MODULE.path}/${command}@${MODULE.version}`);
    return path;
  } catch (error) {
    throw new Error(
      `Temporal's server could not be built. Install Go (https://go.dev), or name its programs in TEMPORAL_SERVER_PATH and ` +
        `TEMPORAL_SQL_TOOL_PATH: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/**
 * The programs of a Temporal server for production: `temporal-server`, and the tool that makes its schema. Temporal offers
 * them as images and as Go modules; they are built from the module.
 */
import { goProgram } from '../go-program';

const MODULE = 'go.temporal.io/server';

/** The server inside the pinned `temporal` command is of the same minor version. */
const current = {
  path: MODULE,
  version: 'v1.32.1',
  sum: 'h1:grI5B5cBEMRJnDzGKtsxQRQpsNPisej1B6WgVksc9EM=',
};

/** An older one, for the restart into another version. A module of 1.31 depends on one that the Go proxy does not have. */
const before = {
  path: MODULE,
  version: 'v1.30.8',
  sum: 'h1:M+9uu01IuirmwhEo3rjqKMVFnCH48zvNBG13opevKPE=',
};

/** Where they are. */
export interface ServerPrograms {
  server: string;
  /** Makes the schema in a database. */
  sqlTool: string;
}

/**
 * Finds the programs: those that `TEMPORAL_SERVER_PATH` and `TEMPORAL_SQL_TOOL_PATH` name, or those of the cache, which
 * are built if they are missing.
 *
 * @throws Error that says what to install, if they cannot be built
 */
export async function findServerPrograms(): Promise<ServerPrograms> {
  const { TEMPORAL_SERVER_PATH, TEMPORAL_SQL_TOOL_PATH } = process.env;
  return {
    server: TEMPORAL_SERVER_PATH ?? (await goProgram('temporal-server', current, 'cmd/server')),
    sqlTool: TEMPORAL_SQL_TOOL_PATH ?? (await goProgram('temporal-server', current, 'cmd/tools/sql')),
  };
}

/** A server of the minor version before, which serves the schema of this one: as an upgrade finds it. */
export const findServerBefore = (): Promise<string> => goProgram('temporal-server', before, 'cmd/server');

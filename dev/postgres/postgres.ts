/** A PostgreSQL of its own for a run, in a folder that goes with it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { endWith } from '../child-process';
import { freePort } from '../free-port';

const run = promisify(execFile);

const READY_WITHIN_MS = 30_000;
/** The pools of the server's four services. */
const MOST_CONNECTIONS = 200;

/** Whose process it is: PostgreSQL does not run as root. */
interface User {
  uid?: number;
  gid?: number;
}

export class Postgres {
  /** Everybody on this machine is let in, under this name. */
  readonly user = 'temporal';
  readonly host = '127.0.0.1';

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @throws Error that says how to get PostgreSQL, where it is not installed */
  static async start(): Promise<Postgres> {
    const bin = await findPrograms();
    const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
    const user = await notRoot();
    if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const initArgs = ['-D', data, '-U', 'temporal', '--auth=trust', '--encoding=UTF8', '--no-locale'];
    await run(join(bin, 'initdb'), initArgs, { ...user, cwd: folder });
    const port = await freePort();
    const child = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-N', String(MOST_CONNECTIONS)],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    const postgres = new Postgres(port, child, folder);
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
        return postgres;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > giveUpAt) {
          await postgres.stop();
          throw new Error('PostgreSQL did not start', { cause: error });
        }
        await sleep(100);
      }
    }
  }

  async stop(): Promise<void> {
    // Ends at once, without waiting for its clients.
    await endWith(this.child, 'SIGINT');
    await rm(this.folder, { recursive: true, force: true });
  }
}

const programs = ['initdb', 'postgres', 'pg_isready'] as const;

/** The folder with its programs, which Debian does not put on `PATH`. */
async function findPrograms(): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(debian, version, 'bin')),
  ];
  for (const folder of folders) {
    const found = await Promise.allSettled(programs.map((program) => access(join(folder, program))));
    if (found.every(({ status }) => status === 'fulfilled')) return folder;
  }
  throw new Error(
    `PostgreSQL is not installed: its ${programs.join(', ')} are neither on PATH nor in ${debian}`,
  );
}

async function notRoot(): Promise<User> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

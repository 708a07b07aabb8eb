/**
 * A real Temporal server for tests, the bench and `npm start`: the development server of the `temporal` command.
 *
 * 1. `start` answers only once the server serves its namespace.
 * 2. The server never outlives the process that started it, however that one ends: a guard kills it.
 * 3. The address stays the same over `stop`, `kill` and `restart`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { Connection } from '@temporalio/client';

import { endWith } from './child-process';
import { freePort } from './free-port';
import { serverSettings, type DynamicConfig } from './server-settings';
import { findBinary } from './temporal-binaries/find-binary';
import { temporalCli } from './temporal-binaries/pinned';

/** What `temporal server start-dev --search-attribute` calls the types of search attributes. */
const searchAttributeTypes = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const;

/** How to run the server. */
export interface TemporalServerOptions {
  /** The `temporal` executable. Default: the one that `findBinary` finds. */
  executable?: string;
  /** Default `127.0.0.1`. */
  ip?: string;
  /** For gRPC. Default: a free one. */
  port?: number;
  /** For the Web UI; `'free'` for any. Default: no Web UI. */
  uiPort?: number | 'free';
  /** Keeps what the server knows in a file, over restarts. Default: in memory. */
  dbFilename?: string;
  /**
   * When what is written to that file is safe: with `FULL` also when the machine loses its power, with `NORMAL` when a
   * process dies. Default `NORMAL`.
   */
  synchronous?: 'NORMAL' | 'FULL';
  /** Registered at start. */
  searchAttributes?: readonly { name: string; type: keyof typeof searchAttributeTypes }[];
  /** Server settings by their keys, over those of `server-settings.ts`; values as JSON writes them. */
  dynamicConfig?: DynamicConfig;
  /** Default `error`. */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'never';
  /** Until the server must be ready, milliseconds. Default 60,000. */
  readyTimeoutMs?: number;
  /** Gets what the server prints. Default: nobody; the end of it is in the error where the start fails. */
  onOutput?: (text: string) => void;
}

/** How long the server may take to end by itself before it is killed, milliseconds. */
const STOP_GRACE_MS = 10_000;

/** How often to try where another process takes a free port first. */
const PORT_TRIES = 3;

/** How much of the server's output an error shows, characters of its beginning and of its end. */
const OUTPUT_SHOWN = 2_000;

/** A running (or stopped, and to be restarted) development server. */
export class TemporalServer {
  private child: ChildProcess | undefined;
  private guard: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly executable: string,
    private readonly options: TemporalServerOptions,
    private readonly port: number,
    private readonly uiPort: number | undefined,
  ) {}

  /** Starts a server and waits until it is ready. */
  static async start(options: TemporalServerOptions = {}): Promise<TemporalServer> {
    const executable = options.executable ?? (await findBinary(temporalCli)).path;
    return await unlessInUse(async () => {
      const port = options.port ?? (await freePort(options.ip));
      const uiPort = options.uiPort === 'free' ? await freePort(options.ip) : options.uiPort;
      const server = new TemporalServer(executable, options, port, uiPort);
      await server.begin();
      return server;
    });
  }

  /** For gRPC clients, `host:port`. */
  get address(): string {
    return `${this.ip}:${String(this.port)}`;
  }

  /** The Web UI, where there is one. */
  get uiUrl(): string | undefined {
    return this.uiPort === undefined ? undefined : `http://${this.ip}:${String(this.uiPort)}`;
  }

  /** The server's process, where it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends the server in order: SIGTERM, and SIGKILL after 10 s. Does nothing where it does not run. */
  async stop(): Promise<void> {
    const ended = this.end('SIGTERM');
    const grace = new AbortController();
    await Promise.race([
      ended,
      sleep(STOP_GRACE_MS, undefined, { signal: grace.signal })
        .then(() => this.child?.kill('SIGKILL'))
        .catch(() => undefined),
    ]);
    grace.abort();
    await ended;
  }

  /** Ends the server at once, as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts the server again, at the same address. With `dbFilename` it knows what it knew. */
  async restart(): Promise<void> {
    await unlessInUse(() => this.begin());
  }

  private async begin(): Promise<void> {
    await this.stop();
    this.output = '';
    const child = spawn(this.executable, this.args(), {
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a group of its own: a Ctrl-C is for the process that started it, which then stops it in order.
      detached: true,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = shortened(this.output + text);
        this.options.onOutput?.(text);
      });
    }
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', () => {
        if (this.child === child) this.child = undefined;
      });
      // Once all that it printed has been read: its reason is in there.
      child.once('close', (code, signal) => {
        reject(new Error(`ended with ${String(code ?? signal)}`));
      });
    });
    failed.catch(() => undefined);
    this.guard = child.pid === undefined ? undefined : guardOf(child.pid);
    const { readyTimeoutMs = 60_000 } = this.options;
    const done = new AbortController();
    try {
      await Promise.race([
        failed,
        this.ready(AbortSignal.any([done.signal, AbortSignal.timeout(readyTimeoutMs)])),
      ]);
    } catch (error) {
      await this.kill();
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`The Temporal server at ${this.address} did not start: ${why}\n${this.output}`, {
        cause: error,
      });
    } finally {
      done.abort();
    }
  }

  private get ip(): string {
    return this.options.ip ?? '127.0.0.1';
  }

  private args(): string[] {
    const { dbFilename, synchronous = 'NORMAL', searchAttributes = [] } = this.options;
    const { dynamicConfig, logLevel = 'error' } = this.options;
    const args = [
      'server',
      'start-dev',
      '--ip',
      this.ip,
      '--port',
      String(this.port),
      '--log-level',
      logLevel,
    ];
    args.push(...(this.uiPort === undefined ? ['--headless'] : ['--ui-port', String(this.uiPort)]));
    if (dbFilename !== undefined) {
      args.push('--db-filename', dbFilename);
      // Without a write-ahead log each write waits for the disk several times.
      args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', `synchronous=${synchronous}`);
    }
    for (const { name, type } of searchAttributes) {
      args.push('--search-attribute', `${name}=${searchAttributeTypes[type]}`);
    }
    const settings = serverSettings({ attributesAreKnown: searchAttributes.length > 0 });
    for (const [key, value] of Object.entries({ ...settings, ...dynamicConfig })) {
      args.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
    }
    return args;
  }

  /** Resolves once the server serves its namespace; rejects when the signal fires first. */
  private async ready(signal: AbortSignal): Promise<void> {
    // Its own word comes first: another server may answer at a port that this one could not have.
    const listening = new RegExp(`Server:\\s+\\S+:${String(this.port)}\\b`);
    while (!listening.test(this.output)) await sleep(20, undefined, { signal });
    for (;;) {
      try {
        const connection = await Connection.connect({ address: this.address, connectTimeout: '2s' });
        try {
          await connection.workflowService.describeNamespace({ namespace: 'default' });
          return;
        } finally {
          await connection.close();
        }
      } catch {
        await sleep(50, undefined, { signal });
      }
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child, guard } = this;
    if (child?.pid !== undefined) await endWith(child, signal);
    guard?.kill('SIGKILL');
    if (this.child === child) this.child = undefined;
  }
}

/** Tries again where another process had a port: the server chooses ports of its own, too, and takes them a moment later. */
async function unlessInUse<T>(begin: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await begin();
    } catch (error) {
      if (!String(error).includes('in use') || tries === PORT_TRIES) throw error;
    }
  }
}

/** Where a server breaks down its reason comes first, and thousands of lines after it. */
const shortened = (output: string): string =>
  output.length <= 2 * OUTPUT_SHOWN
    ? output
    : `${output.slice(0, OUTPUT_SHOWN)}${output.slice(-OUTPUT_SHOWN)}`;

/**
 * A process that kills `pid` as soon as this one has gone, by whatever end: its input closes then.
 * Not on Windows, which has no `sh`.
 */
function guardOf(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const guard = spawn('sh', ['-c', 'read -r _; kill -KILL "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return guard;
}

/** A program as a process of its own, to be killed and started again. It ends with the process that started it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 60_000;

export interface ProgramOptions {
  command: string;
  args: readonly string[];
  environment: Record<string, string>;
  logFile: string;
  isReady: () => Promise<boolean>;
}

const programs = new Set<Program>();

process.once('exit', () => {
  for (const program of programs) program.end();
});

export class Program {
  private child: ChildProcess | undefined;

  private constructor(private readonly options: ProgramOptions) {
    programs.add(this);
  }

  /** Starts it, and waits until it is ready. */
  static async start(options: ProgramOptions): Promise<Program> {
    const program = new Program(options);
    await program.restart();
    return program;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it once more, with all that it was started with before. */
  async restart(): Promise<void> {
    const { command, args, environment, logFile, isReady } = this.options;
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    const deadline = Date.now() + READY_MS;
    while (!(await isReady().catch(() => false))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await this.kill();
        throw new Error(`${command} did not start:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
      }
      await sleep(20);
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    this.end();
    await exited;
  }

  /** The same, without waiting for it. */
  end(): void {
    this.child?.kill('SIGKILL');
  }
}

/** A TypeScript program that listens on a port of this machine once it is ready. */
export const typescriptProgram = (
  file: string,
  port: number,
  environment: Record<string, string>,
  logFile: string,
): Promise<Program> =>
  Program.start({
    command: process.execPath,
    args: ['--import', 'tsx', file],
    environment: { ...environment, PORT: String(port) },
    logFile,
    isReady: () => isListening(port),
  });

/** Whether somebody takes connections there, whatever their protocol. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end.bind(null, true)).once('error', end.bind(null, false));
  });
}

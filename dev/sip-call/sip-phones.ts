import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const SOURCE = join(__dirname, 'sip');
const PROGRAM = join(__dirname, '..', '..', '.cache', 'sip-call', 'sip');
const BUILD_TIMEOUT_MS = 300_000;
const HOST = '127.0.0.1';

/** What the program in `sip/` says. */
type SipEvent =
  | { event: 'listening'; phone: string; port: number }
  | ({ event: 'incoming'; phone: string; call: string } & Invite)
  | { event: 'progress'; call: string; status: number }
  | { event: 'answered'; call: string; callId?: string }
  | { event: 'rejected'; call: string; status: number }
  | { event: 'ended'; call: string; by: HangupSide }
  | { event: 'problem'; call: string; message: string }
  | ({ event: 'message' } & SipMessage);

export type HangupSide = 'here' | 'there';

/** One SIP message, as it arrived at a phone's socket. */
export interface SipMessage {
  /** Names of phones. */
  from: string;
  to: string;
  /** Its first line. */
  line: string;
  callId: string;
  /** Such as `1 INVITE`. */
  cseq: string;
}

interface Invite {
  callId: string;
  /** Users of the SIP addresses. */
  from: string;
  to: string;
  headers: Readonly<Record<string, string>>;
}

interface Dial {
  phone: string;
  to: string;
  /** The caller's number. */
  from: string;
  headers?: Readonly<Record<string, string>> | undefined;
  ringTimeoutMs: number;
  onProgress?: (status: number) => void;
}

/** One end of a call, at one phone. */
export class SipCall {
  /** The status of the final response to the INVITE. */
  readonly answered: Promise<number>;
  /** Who hung up a call that was answered; of an incoming one that was not, too. */
  readonly ended: Promise<HangupSide>;

  constructor(
    readonly id: string,
    events: EventEmitter,
    private readonly command: (command: object) => void,
    onProgress?: (status: number) => void,
  ) {
    if (onProgress !== undefined) events.on(`progress ${id}`, onProgress);
    this.answered = once(events, `answered ${id}`).then(([status]) => status as number);
    this.ended = once(events, `ended ${id}`).then(([side]) => side as HangupSide);
  }

  ring(): void {
    this.respond(180);
  }

  async answer(): Promise<void> {
    this.respond(200);
    await this.answered;
  }

  reject(status: number): void {
    this.respond(status);
  }

  hangUp(): void {
    this.command({ do: 'hangUp', call: this.id });
  }

  private respond(status: number): void {
    this.command({ do: 'respond', call: this.id, status });
  }
}

export interface IncomingCall extends Invite {
  call: SipCall;
}

/** Phones that speak SIP over UDP, each at a port of its own. */
export class SipPhones {
  /** All that arrived anywhere, in this order. */
  readonly messages: SipMessage[] = [];
  /** Call-IDs of calls that were dialled here and answered, by the call. */
  readonly callIds = new Map<string, string>();
  /** Rejects where a phone cannot do what it was told, or where the program ends. */
  readonly failed: Promise<never>;
  private readonly events = new EventEmitter();
  private readonly ports = new Map<string, number>();

  private constructor(
    private readonly program: ChildProcessByStdio<Writable, Readable, null>,
    private readonly onMessage: (message: SipMessage) => void,
  ) {
    // Each call of a run waits for several.
    this.events.setMaxListeners(0);
    this.failed = new Promise((_, reject) => {
      this.events.once('problem', reject);
      program.once('error', reject);
      program.once('exit', (code) => {
        reject(new Error(`The SIP phones ended with ${String(code)}`));
      });
    });
    this.failed.catch(() => undefined);
    createInterface(program.stdout).on('line', (line) => {
      this.hear(JSON.parse(line) as SipEvent);
    });
  }

  /** Builds the program where that is needed, and starts it. */
  static async start(names: readonly string[], onMessage: (message: SipMessage) => void): Promise<SipPhones> {
    await build();
    const program = spawn(PROGRAM, names, { stdio: ['pipe', 'pipe', 'inherit'] });
    const phones = new SipPhones(program, onMessage);
    const listening = names.map((name) => once(phones.events, `listening ${name}`));
    await Promise.race([Promise.all(listening), phones.failed]);
    return phones;
  }

  /** The SIP address of a user at a phone. */
  uri(user: string, phone: string): string {
    return `sip:${user}@${HOST}:${String(this.ports.get(phone))}`;
  }

  /** Each call that arrives there. */
  onIncoming(phone: string, handle: (incoming: IncomingCall) => void): void {
    this.events.on(`incoming ${phone}`, handle);
  }

  /** The next call that arrives there. */
  async nextIncoming(phone: string): Promise<IncomingCall> {
    const [incoming] = (await once(this.events, `incoming ${phone}`)) as [IncomingCall];
    return incoming;
  }

  dial({ onProgress, ...dial }: Dial): SipCall {
    const id = randomUUID();
    const call = new SipCall(id, this.events, this.command, onProgress);
    this.command({ do: 'dial', call: id, ...dial });
    return call;
  }

  async stop(): Promise<void> {
    if (this.program.exitCode !== null) return;
    const exited = once(this.program, 'exit');
    this.program.stdin.end();
    await exited;
  }

  private readonly command = (command: object): void => {
    this.program.stdin.write(`${JSON.stringify(command)}\n`);
  };

  private hear(heard: SipEvent): void {
    switch (heard.event) {
      case 'listening':
        this.ports.set(heard.phone, heard.port);
        this.events.emit(`listening ${heard.phone}`);
        break;
      case 'incoming': {
        const { event: _event, phone, call, ...invite } = heard;
        this.events.emit(`incoming ${phone}`, {
          ...invite,
          call: new SipCall(call, this.events, this.command),
        });
        break;
      }
      case 'progress':
        this.events.emit(`progress ${heard.call}`, heard.status);
        break;
      case 'answered':
        if (heard.callId !== undefined) this.callIds.set(heard.call, heard.callId);
        this.events.emit(`answered ${heard.call}`, 200);
        break;
      case 'rejected':
        this.events.emit(`answered ${heard.call}`, heard.status);
        break;
      case 'ended':
        this.events.emit(`ended ${heard.call}`, heard.by);
        break;
      case 'problem':
        this.events.emit('problem', new Error(`SIP call ${heard.call}: ${heard.message}`));
        break;
      case 'message':
        this.arrived(heard);
    }
  }

  private arrived({ from, to, line, callId, cseq }: SipMessage): void {
    const message = { from: this.nameOf(from), to: this.nameOf(to), line, callId, cseq };
    this.messages.push(message);
    this.onMessage(message);
  }

  private nameOf(address: string): string {
    const named = [...this.ports].find(([, port]) => address === `${HOST}:${String(port)}`);
    return named?.[0] ?? address;
  }
}

async function build(): Promise<void> {
  await mkdir(join(PROGRAM, '..'), { recursive: true });
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' };
  try {
    await promisify(execFile)('go', ['build', '-o', PROGRAM, '.'], {
      cwd: SOURCE,
      env,
      timeout: BUILD_TIMEOUT_MS,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The SIP phones could not be built. Install Go (https://go.dev): ${why}`, {
      cause: error,
    });
  }
}

/**
 * `npm run bench:gateway-load`: what one gateway process carries. Calls of Twilio's, each with three webhooks, through a gateway in a
 * process of its own, to a stand-in for Temporal that answers after `--temporal-ms 50`, so that the gateway is the limit:
 *
 * 1. its memory over `--calls 20000`, 256 at a time, each time after its garbage was collected, and its processor time for a call;
 * 2. `--rates 25,50,100,200,400` calls that begin in each of `--seconds 10`, whether or not others were answered: who gets what, and
 *    after how long. A wait counts from when the call was due, so it holds what the calling side is late, which is shown, too.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { Pool } from 'undici';

import { GatewayProcess } from '../dev/demo/gateway-process';

import { processorMs } from './processor-time';
import { quantile } from './statistics';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    rates: { type: 'string', default: '25,50,100,200,400' },
    seconds: { type: 'string', default: '10' },
    'temporal-ms': { type: 'string', default: '50' },
  },
});

const AT_ONCE = 256;
const WARM_UP = 500;
/** As what stands before a gateway has them, at most. */
const CONNECTIONS = 500;
/** How often the memory is asked for. */
const SAMPLES = 10;
/** How long GenerativeAgent talks, milliseconds. */
const TALK_MS = 200;
const AUTH_TOKEN = randomUUID();
const MEMORY_FILE = join(tmpdir(), 'call-transfer-bench-memory.json');
const fallbackRoute = { type: 'QUEUE', queue: 'fallback' };

/** How the webhooks of a load were answered. */
class Answers {
  readonly waits = { number: [] as number[], decision: [] as number[], connected: [] as number[] };
  private readonly counts = { step: 0, fallback: 0, 'no answer': 0, 'connected, refused': 0 };
  /** How much later than it was due a call began, at most, milliseconds. */
  late = 0;

  add(what: keyof Answers['waits'], ms: number, text: string | undefined): void {
    this.waits[what].push(ms);
    if (text === undefined) this.counts[what === 'connected' ? 'connected, refused' : 'no answer']++;
    else if (text.includes(`>${fallbackRoute.queue}<`)) this.counts.fallback++;
    else this.counts.step++;
  }

  row(): object {
    const at = (what: 'number' | 'decision', q: number) => Math.round(quantile(this.waits[what], q));
    return {
      ...this.counts,
      'number p50': at('number', 0.5),
      'number p99': at('number', 0.99),
      'number longest': at('number', 1),
      'decision p99': at('decision', 0.99),
      'decision longest': at('decision', 1),
      'late to call': Math.round(this.late),
    };
  }
}

/** The other side of a gateway: Twilio's calls. */
class Callers {
  private readonly pool: Pool;
  answers = new Answers();

  constructor(private readonly url: string) {
    this.pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: 60_000 });
  }

  /** One call, from when it was due. */
  async play(due = performance.now()): Promise<void> {
    this.answers.late = Math.max(this.answers.late, performance.now() - due);
    const CallSid = `CA${randomUUID()}`;
    const call = { CallSid, From: '+14158675310', To: '+18005551212' };
    const twiml = await this.post('number', due, '/twilio/voice', { ...call, CallStatus: 'ringing' });
    const pathOf = (attribute: string) =>
      new RegExp(` ${attribute}="([^"]*)"`).exec(twiml)?.[1]?.replaceAll('&amp;', '&').replace(this.url, '');
    const [action, statusCallback] = [pathOf('action'), pathOf('statusCallback')];
    if (action === undefined || statusCallback === undefined) return;
    const dialled = { CallSid: `CA${randomUUID()}`, ParentCallSid: CallSid, CallStatus: 'in-progress' };
    await this.post('connected', performance.now(), statusCallback, dialled);
    await sleep(TALK_MS);
    const ended = { ...call, CallStatus: 'in-progress', DialCallStatus: 'completed', DialBridged: 'true' };
    await this.post('decision', performance.now(), action, ended);
  }

  /** So many calls, some at a time. */
  async playAll(count: number): Promise<void> {
    let left = count;
    const one = async () => {
      while (left-- > 0) await this.play();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  /** So many calls that begin in each second, whether or not others were answered. */
  async playAtRate(perSecond: number, seconds: number): Promise<void> {
    const begun: Promise<void>[] = [];
    const start = performance.now();
    while (begun.length < perSecond * seconds) {
      const due = start + (begun.length * 1000) / perSecond;
      if (due > performance.now()) await sleep(5);
      else begun.push(this.play(due));
    }
    await Promise.all(begun);
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private async post(
    what: keyof Answers['waits'],
    due: number,
    path: string,
    form: Record<string, string>,
  ): Promise<string> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, this.url + path, form),
    };
    const body = new URLSearchParams(form).toString();
    const text = await this.pool.request({ method: 'POST', path, headers, body }).then(
      async ({ statusCode, body: answer }) => {
        const said = await answer.text();
        return statusCode === 200 ? said : undefined;
      },
      () => undefined,
    );
    this.answers.add(what, performance.now() - due, text);
    return text ?? '';
  }
}

/** What a gateway's process holds once its garbage is collected, MB. */
async function memoryOf(pid: number): Promise<{ heap: number; rss: number }> {
  await rm(MEMORY_FILE, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await sleep(100);
    const text = await readFile(MEMORY_FILE, 'utf8').catch(() => '');
    if (!text.endsWith('}')) continue;
    const { heapUsed, rss } = JSON.parse(text) as NodeJS.MemoryUsage;
    return { heap: heapUsed / 1e6, rss: rss / 1e6 };
  }
}

async function tellMemory(pid: number, when: string): Promise<void> {
  const { heap, rss } = await memoryOf(pid);
  console.log(`${when}: heap ${heap.toFixed(1)} MB, process ${rss.toFixed(0)} MB`);
}

async function withGateway(body: (gateway: GatewayProcess, pid: number) => Promise<void>): Promise<void> {
  const temporal = fork(join(__dirname, 'fake-temporal.ts'));
  const [address] = (await once(temporal, 'message')) as [string];
  temporal.send(values['temporal-ms']);
  const gateway = await GatewayProcess.start(
    {
      TEMPORAL_ADDRESS: address,
      GATEWAY_PHONE_SYSTEMS: 'twilio',
      GATEWAY_REQUESTS_PER_SECOND: '100000',
      GATEWAY_FALLBACK_ROUTE: JSON.stringify(fallbackRoute),
      TWILIO_AUTH_TOKENS: AUTH_TOKEN,
      NODE_OPTIONS: `--require ${join(__dirname, 'tell-memory.cjs')}`,
      BENCH_MEMORY_FILE: MEMORY_FILE,
    },
    { logFile: join(tmpdir(), 'call-transfer-bench-gateway.log') },
  );
  try {
    await body(gateway, gateway.pid ?? 0);
  } finally {
    await gateway.stop();
    temporal.disconnect();
  }
}

async function main(): Promise<void> {
  await withGateway(async ({ url }, pid) => {
    const callers = new Callers(url);
    await callers.playAll(WARM_UP);

    const total = Number(values.calls);
    const processor = await processorMs(pid);
    for (let played = 0; total > 0 && played <= total; played += total / SAMPLES) {
      if (played > 0) await callers.playAll(total / SAMPLES);
      await tellMemory(pid, `${played} calls`);
    }
    const perCall = ((await processorMs(pid)) - processor) / total;
    if (total > 0) console.log(`${perCall.toFixed(2)} ms of the gateway's processor for a call`);

    const rows: Record<string, object> = {};
    for (const rate of values.rates.split(',').map(Number)) {
      callers.answers = new Answers();
      const before = await processorMs(pid);
      await callers.playAtRate(rate, Number(values.seconds));
      const cores = ((await processorMs(pid)) - before) / 1000 / Number(values.seconds);
      rows[`${rate} a second`] = { ...callers.answers.row(), cores: cores.toFixed(2) };
    }
    console.table(rows);
    await tellMemory(pid, 'Afterwards');
    await callers.close();
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

import { setTimeout as sleep } from 'node:timers/promises';

import type { SandboxContext } from '../../lib/sandbox';

import type { IncomingCall, SipPhones } from './sip-phones';

const RING_MS = 100;
const TALK_MS = 2000;
const HEADER = 'x-asapp-calltransferid';

/** What the AI hands back with every call: more than any route hands over. */
export const HANDED_BACK = {
  transferType: 'AGENT',
  currentTaskName: 'billing',
  referenceVariables: { customerNote: 'not-for-the-desk' },
  transferVariables: {
    accountType: 'gold',
    balance: '12.50',
    customerName: 'Zoë, 50 %; VIP',
    riskScore: '0.87',
  },
} satisfies SandboxContext;

/** GenerativeAgent at its SIP address: takes calls that the stand-in for ASAPP knows, talks, and hangs up. */
export class GenerativeAgent {
  /** Whether it rejects whoever calls. */
  isBusy = false;
  /** Oldest first. */
  readonly calls: IncomingCall[] = [];
  /** Rejects where a call cannot be taken, or ended. */
  readonly failed: Promise<never>;

  constructor(
    phones: SipPhones,
    phone: string,
    private readonly asappUrl: string,
  ) {
    this.failed = new Promise((_, reject) => {
      phones.onIncoming(phone, (incoming) => {
        this.calls.push(incoming);
        this.take(incoming).catch(reject);
      });
    });
    this.failed.catch(() => undefined);
  }

  private async take({ call, headers }: IncomingCall): Promise<void> {
    if (this.isBusy) {
      call.reject(486);
      return;
    }
    const arrived = await this.tellAsapp('sip-call-arrives', { headers });
    if (arrived === undefined) {
      const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === HEADER);
      call.reject(isNamed ? 404 : 403);
      return;
    }
    call.ring();
    await sleep(RING_MS);
    await call.answer();
    const isGone = await Promise.race([sleep(TALK_MS, false), call.ended.then(() => true)]);
    if (isGone) {
      await this.tellAsapp('caller-hangs-up', { transferId: arrived.id });
      return;
    }
    await this.tellAsapp('ai-ends', { transferId: arrived.id, outputContext: HANDED_BACK });
    call.hangUp();
  }

  /** Answers the transfer; `undefined` where it is refused. */
  private async tellAsapp(control: string, body: object): Promise<{ id: string } | undefined> {
    const answer = await fetch(`${this.asappUrl}/_sandbox/${control}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (answer.status === 409) return undefined;
    if (!answer.ok) throw new Error(`${control}: expected a transfer, got ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  }
}

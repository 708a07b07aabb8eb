import { randomUUID } from 'node:crypto';

import type { DialVerb, JambonzWebhooks, Verb } from './jambonz-webhooks';
import type { HangupSide, IncomingCall, SipCall, SipPhones } from './sip-phones';

const BUSY: readonly number[] = [486, 600];
/** Also of an INVITE that was cancelled when its time to ring was up. */
const UNANSWERED: readonly number[] = [408, 480, 487];

interface Leg {
  call_sid: string;
  direction: 'inbound' | 'outbound';
  call_status: string;
  sip_status: number;
  customerData?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A caller's call at the platform, which plays jambonz: a back-to-back user agent that follows the gateway's verbs. The
 * caller stays on one SIP dialog, however many legs are dialled for it.
 */
export class JambonzCall {
  private readonly leg: Leg = {
    call_sid: randomUUID(),
    direction: 'inbound',
    call_status: 'trying',
    sip_status: 100,
  };
  private goneBy: HangupSide | undefined;
  /** One after the other, as they happened; the call does not wait for them. */
  private statuses: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly phones: SipPhones,
    private readonly webhooks: JambonzWebhooks,
    private readonly caller: IncomingCall,
  ) {}

  /** The caller's own, by which the gateway knows the conversation. */
  get callSid(): string {
    return this.leg.call_sid;
  }

  /** Lasts as long as the call. */
  async run(): Promise<void> {
    const gone = this.caller.call.ended.then((side) => {
      this.goneBy ??= side;
      this.leg.call_status = this.leg.call_status === 'in-progress' ? 'completed' : 'no-answer';
      const call_termination_by = this.goneBy === 'here' ? 'jambonz' : 'caller';
      this.tellStatus({ ...this.leg, call_termination_by });
    });
    this.tellStatus(this.leg);
    await this.follow(await this.webhooks.post('/jambonz/call', this.payload(this.leg)));
    if (this.goneBy === undefined) this.caller.call.hangUp();
    await gone;
    await this.statuses;
  }

  private async follow(verbs: readonly Verb[]): Promise<void> {
    for (const verb of verbs) {
      if (this.goneBy !== undefined) return;
      const next = await this.carryOut(verb);
      if (next.length > 0) {
        await this.follow(next);
        return;
      }
    }
  }

  /** Answers the verbs that take the place of those that are left. */
  private async carryOut(verb: Verb): Promise<Verb[]> {
    switch (verb.verb) {
      case 'tag':
        this.leg.customerData = verb.data;
        return [];
      case 'dial':
        return await this.dial(verb);
      case 'redirect':
        return await this.webhooks.post(verb.actionHook, this.payload(this.leg));
      case 'enqueue':
        await this.answerCaller();
        await this.caller.call.ended;
        return [];
      case 'hangup':
        this.goneBy = 'here';
        this.caller.call.hangUp();
        return [];
    }
  }

  private async dial(verb: DialVerb): Promise<Verb[]> {
    const leg: Leg = {
      call_sid: randomUUID(),
      direction: 'outbound',
      call_status: 'trying',
      sip_status: 100,
      customerData: verb.tag,
    };
    const becomes = (call_status: string, sip_status: number) => {
      Object.assign(leg, { call_status, sip_status });
      this.tellStatus({ ...leg, parent_call_sid: this.callSid });
    };
    if (!verb.answerOnBridge) await this.answerCaller();
    const dialled = this.phones.dial({
      phone: 'platform',
      to: verb.target[0].sipUri,
      from: verb.callerId ?? this.caller.from,
      headers: verb.headers,
      ringTimeoutMs: verb.timeout * 1000,
      onProgress: (status) => {
        if (status === 100) return;
        becomes('ringing', status);
        if (this.leg.call_status === 'trying') this.ringCaller(status);
      },
    });
    becomes('trying', 100);
    const sipStatus = await dialled.answered;
    if (sipStatus === 200) {
      becomes('in-progress', 200);
      await this.answerCaller();
      await this.untilOver(dialled);
      becomes('completed', 200);
    } else {
      becomes(whyFailed(sipStatus), sipStatus);
    }
    const { call_sid: dial_call_sid, call_status: dial_call_status, sip_status: dial_sip_status } = leg;
    const ended = { dial_call_sid, dial_call_status, dial_sip_status };
    return await this.webhooks.post(verb.actionHook, this.payload({ ...this.leg, ...ended }));
  }

  private ringCaller(sipStatus: number): void {
    this.caller.call.ring();
    Object.assign(this.leg, { call_status: 'ringing', sip_status: sipStatus });
    this.tellStatus(this.leg);
  }

  private async answerCaller(): Promise<void> {
    if (this.leg.call_status === 'in-progress' || this.goneBy !== undefined) return;
    await this.caller.call.answer();
    Object.assign(this.leg, { call_status: 'in-progress', sip_status: 200 });
    this.tellStatus(this.leg);
  }

  /** Whichever side hangs up first: the caller's end is the dialled leg's, too, and not the other way round. */
  private async untilOver(dialled: SipCall): Promise<void> {
    const callerGone = this.caller.call.ended.then(() => 'caller');
    if ((await Promise.race([callerGone, dialled.ended])) === 'caller') dialled.hangUp();
    await dialled.ended;
  }

  private tellStatus(leg: object): void {
    const payload = this.payload(leg);
    this.statuses = this.statuses.then(() => this.webhooks.post('/jambonz/status', payload));
    // Told at the end of the call.
    this.statuses.catch(() => undefined);
  }

  private payload(leg: object): object {
    const { from, to, callId } = this.caller;
    return { from, to, call_id: callId, account_sid: 'account', application_sid: 'application', ...leg };
  }
}

const whyFailed = (sipStatus: number): string =>
  BUSY.includes(sipStatus) ? 'busy' : UNANSWERED.includes(sipStatus) ? 'no-answer' : 'failed';

import { createHmac } from 'node:crypto';

import { z } from 'zod';

/** The verbs that the gateway may answer with. What a verb does not name is as jambonz has it by default. */
const verbSchema = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('tag'), data: z.record(z.string(), z.unknown()) }),
  z.object({
    verb: z.literal('dial'),
    target: z.tuple([z.object({ type: z.literal('sip'), sipUri: z.string() })]),
    headers: z.record(z.string(), z.string()).optional(),
    actionHook: z.string(),
    answerOnBridge: z.boolean().default(false),
    /** Seconds. */
    timeout: z.number().default(60),
    tag: z.record(z.string(), z.unknown()).optional(),
    callerId: z.string().optional(),
  }),
  z.object({ verb: z.literal('enqueue'), name: z.string() }),
  z.object({ verb: z.literal('redirect'), actionHook: z.string() }),
  z.object({ verb: z.literal('hangup') }),
]);
export type Verb = z.output<typeof verbSchema>;
export type DialVerb = Extract<Verb, { verb: 'dial' }>;

/** Posts webhooks to the gateway, signed as jambonz signs them. */
export class JambonzWebhooks {
  constructor(
    private readonly gatewayUrl: string,
    private readonly secret: string,
    private readonly tell: (step: string, detail: string) => void,
  ) {}

  /**
   * @param hook - an address, or a path at the gateway. What stands behind a `#` is for jambonz itself
   * @throws Error where the answer is none that jambonz could follow
   */
  async post(hook: string, payload: object): Promise<Verb[]> {
    const url = new URL(hook, this.gatewayUrl);
    const body = JSON.stringify(payload);
    const seconds = Math.floor(Date.now() / 1000);
    const v1 = createHmac('sha256', this.secret).update(`${seconds}.${body}`).digest('hex');
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'jambonz-signature': `t=${seconds},v1=${v1}` },
      body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url.pathname}: expected verbs, got ${answer.status} ${text}`);
    const verbs = z.array(verbSchema).parse(JSON.parse(text));
    this.tell(`webhook ${url.pathname}`, `${saidIn(payload)} → ${text === '[]' ? 'nothing' : named(verbs)}`);
    return verbs;
  }
}

const SAID = ['direction', 'call_status', 'dial_call_status', 'dial_sip_status', 'call_termination_by'];

const saidIn = (payload: object): string =>
  Object.entries(payload)
    .filter(([name]) => SAID.includes(name))
    .map(([, value]) => String(value))
    .join(' ');

const named = (verbs: readonly Verb[]): string =>
  verbs.map((verb) => (verb.verb === 'dial' ? `dial ${verb.target[0].sipUri}` : verb.verb)).join(', ');

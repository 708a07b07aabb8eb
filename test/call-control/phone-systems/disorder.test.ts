/**
 * Webhooks as phone systems may send them: in order, twice, at once, late, in any order, after the decision, after the hangup, of calls
 * that nobody knows, and with fields missing. Whatever comes:
 *
 * 1. No answer is a fault of the gateway's, and each can be carried out.
 * 2. A caller who waits is told something.
 * 3. Whoever talks with GenerativeAgent is left where they are.
 * 4. All that is told of one leg's end is the same.
 * 5. A number is dialled only for the conversation that has it, while its leg may be dialled, and never after the caller has gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import type { PhoneSystem } from '../../../src/call-control/phone-system';
import { jambonz } from '../../../src/call-control/phone-systems/jambonz/index';
import { twilio } from '../../../src/call-control/phone-systems/twilio/index';
import { unhurried } from '../../support/unhurried';
import { uniqueId } from '../../support/unique-id';
import { callTransferForFile } from '../../support/with-call-transfer';
import { phoneSystemSettings, withGateway, type Answer } from '../../support/with-gateway';

import * as ofJambonz from './jambonz/jambonz-requests';
import { jambonzLine, telnyxLine, twilioLine, type Dialled, type Line, type Sent } from './lines';
import * as ofTelnyx from './telnyx/telnyx-requests';
import { withTelnyxApi } from './telnyx/with-telnyx-api';
import * as ofTwilio from './twilio/twilio-requests';

/** Set it to have a run's disorder again. */
const SEED = Number(process.env['WEBHOOKS_SEED'] ?? Date.now() % 1_000_000);
/** For each phone system; more of them with `WEBHOOKS_RUNS=100`. */
const RUNS = Number(process.env['WEBHOOKS_RUNS'] ?? 4);
const CALLS = 3;

/** A number lives for this long, and may be dialled until so much before its end, milliseconds. */
const [LIFETIME_MS, MARGIN_MS] = [10_000, 7000];

const callTransfer = callTransferForFile({
  settings: { dialMarginMs: MARGIN_MS },
  sandbox: { numberTtlMs: LIFETIME_MS },
  // On Telnyx a caller who is to go on elsewhere is told nothing.
  routing: ({ outcome }) => ({ route: { type: 'QUEUE', queue: outcome } }),
});

/** What happens next to one of the calls. */
const step = fc.record({
  call: fc.nat(CALLS - 1),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('visit' as const, 'connect' as const, 'end' as const) },
    { weight: 4, arbitrary: fc.constant('again' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('busy' as const, 'leave' as const, 'stranger' as const, 'without' as const),
    },
  ),
  /** Which of the earlier webhooks, or of the fields. */
  pick: fc.nat(),
  /** Whether it comes twice at the same time. */
  twice: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Plan {
  steps: Step[];
  /** Before which of them the numbers grow too old to be dialled. */
  pause: number;
}
const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(step, { minLength: 12, maxLength: 32 }),
  pause: fc.nat(120),
});

/** One call, and what is true of it. */
class Call {
  readonly id = uniqueId('call');
  visits = 0;
  leg: Dialled | undefined;
  talks = false;
  isGone = false;
  readonly sent: Sent[] = [];
  /** What was told of each leg's end. */
  readonly ends = new Map<string, string>();
}

/** Plays the calls of a plan, and checks whatever is answered. */
async function play(
  line: Line,
  send: (path: string, request: RequestInit) => Promise<Answer>,
  { steps, pause }: Plan,
): Promise<void> {
  const calls = Array.from({ length: CALLS }, () => new Call());
  for (const [index, each] of steps.entries()) {
    if (index === pause) await sleep(LIFETIME_MS - MARGIN_MS);
    await next(each);
  }

  async function next({ call: index, what, pick, twice }: Step): Promise<void> {
    const call = calls[index] as Call;
    const { leg } = call;
    const repeated = call.sent[pick % Math.max(1, call.sent.length)];
    if (what === 'stranger') await tell(new Call(), (id) => line.stranger(id), twice);
    else if (what === 'without' && repeated !== undefined) await tellWithout(call, repeated, pick);
    else if (what === 'again' && repeated !== undefined) await tell(call, () => repeated, twice);
    else if (call.isGone) return;
    else if (what === 'visit' && !call.talks) await tell(call, (id) => line.visit(id, ++call.visits), twice);
    else if (what === 'connect' && leg !== undefined && !call.talks && isActive(leg)) {
      callTransfer().sandbox.exchange.callArrives(leg.number);
      await tell(call, (id) => line.connected(id, leg), twice);
      call.talks = true;
    } else if (what === 'end' && leg !== undefined && call.talks) {
      const transferType = pick % 2 === 0 ? 'AGENT' : 'SYSTEM';
      callTransfer().sandbox.exchange.aiEnds(leg.transferId, { transferType });
      Object.assign(call, { talks: false, leg: undefined });
      await tell(call, (id) => line.ended(id, leg), twice);
    } else if (what === 'busy' && leg !== undefined && !call.talks) {
      call.leg = undefined;
      await tell(call, (id) => line.busy(id, leg), twice);
    } else if (what === 'leave' && call.visits > 0) {
      if (leg !== undefined && call.talks) callTransfer().sandbox.exchange.callerHangsUp(leg.transferId);
      Object.assign(call, { talks: false, isGone: true });
      await tell(call, (id) => line.callerLeft(id, leg), twice);
    }
  }

  function isActive({ transferId }: Dialled): boolean {
    const { exchange } = callTransfer().sandbox;
    const transfer = exchange.transfers.get(transferId);
    return transfer !== undefined && exchange.status(transfer) === 'ACTIVE';
  }

  /** A webhook from which a field is missing: no fault of the gateway's, and no command for whoever talks. */
  async function tellWithout(call: Call, sent: Sent, pick: number): Promise<void> {
    const names = Object.keys(sent.fields);
    const loose = line.without(sent, names[pick % names.length] ?? '');
    const answer = await send(loose.path, loose.request);
    expect(answer.status < 500 ? '' : `${loose.path}: ${answer.status} ${answer.text}`).toBe('');
    const { text, dialled } = line.told(answer, call.id);
    expect(call.talks ? text : '').toBe('');
    if (dialled !== undefined) checkDialled(call, dialled, 0);
  }

  async function tell(call: Call, webhook: (id: string) => Sent, twice: boolean): Promise<void> {
    const { talks } = call;
    const sent = webhook(call.id);
    const sentAt = Date.now();
    const isFirst = !call.sent.includes(sent);
    if (isFirst) call.sent.push(sent);
    const answers = await Promise.all([sent, ...(twice ? [sent] : [])].map((s) => send(s.path, s.request)));
    const texts: string[] = [];
    for (const answer of answers) {
      const what = `${sent.path} ${JSON.stringify(sent.fields)}: ${answer.status} ${answer.text}`;
      expect([200, sent.waits ? 200 : 404].includes(answer.status) ? '' : what).toBe('');
      const { text, dialled } = line.told(answer, call.id);
      if (text === '') continue;
      texts.push(text);
      expect(talks ? what : '').toBe('');
      if (sent.ends !== undefined && dialled === undefined) {
        expect(call.ends.get(sent.ends) ?? text).toBe(text);
        call.ends.set(sent.ends, text);
      }
      if (dialled !== undefined) checkDialled(call, dialled, sentAt);
      if (dialled !== undefined && !talks) call.leg = dialled;
    }
    const mustTell = isFirst && sent.waits && !call.isGone;
    expect(
      mustTell && texts.length === 0
        ? `silence after ${sent.path} ${JSON.stringify(sent.fields)}: ${answers[0]?.text ?? ''}`
        : '',
    ).toBe('');
  }

  function checkDialled(call: Call, { number, transferId }: Dialled, sentAt: number): void {
    const transfer = callTransfer().sandbox.exchange.transfers.get(transferId);
    expect([transfer?.transferNumber, transfer?.externalConversationId]).toEqual([number, call.id]);
    expect([call.isGone, call.ends.has(transferId)]).toEqual([false, false]);
    expect(sentAt).toBeLessThan((transfer?.expiresAt ?? 0) - MARGIN_MS);
  }
}

describe(`webhooks in any order, more than once, with fields missing (seed ${SEED})`, () => {
  const through = async (phoneSystem: PhoneSystem, line: Line): Promise<void> => {
    const setup = { client: callTransfer().client, phoneSystems: [phoneSystem], ...unhurried.gateway };
    await withGateway(setup, ({ send }) =>
      fc.assert(
        fc.asyncProperty(plan, (each) => play(line, send, each)),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      ),
    );
  };

  it('of Twilio', async () => {
    await through(twilio({ ...phoneSystemSettings, authTokens: [ofTwilio.AUTH_TOKEN] }), twilioLine());
    expect.hasAssertions();
  }, 600_000);

  it('of jambonz', async () => {
    await through(jambonz({ ...phoneSystemSettings, secrets: [ofJambonz.SECRET] }), jambonzLine());
    expect.hasAssertions();
  }, 600_000);

  it('of Telnyx', async () => {
    const { publicKey, privateKey } = ofTelnyx.keyPair();
    await withTelnyxApi((api) =>
      through(api.system({ publicKeys: [publicKey] }), telnyxLine(api.received, privateKey)),
    );
    expect.hasAssertions();
  }, 600_000);
});
